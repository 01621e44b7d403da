#include "wire/pickle_reader.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <map>

#include "wire/pickle_nodes.hpp"

namespace mpspec {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  Pickled run() {
    while (step(static_cast<unsigned char>(take(1)[0]))) {
    }
    if (!rest_.empty()) throw PickleError("goes on behind its end");
    if (stack_.size() != 1 || !marks_.empty()) throw PickleError("is not one value");
    Pickled out = finish(stack_.back());
    out.protocol = protocol_;
    return out;
  }

 private:
  // Bytes.
  std::string_view take(std::size_t count) {
    if (rest_.size() < count) throw PickleError("is cut off");
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  std::uint64_t number(std::size_t count) {
    std::uint64_t out = 0;
    const std::string_view bytes = take(count);
    for (std::size_t i = 0; i < count; ++i)
      out |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return out;
  }
  std::string counted(std::size_t length_bytes) { return std::string(take(number(length_bytes))); }
  std::string line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) throw PickleError("is cut off");
    std::string out(take(end));
    take(1);
    return out;
  }
  BigInt signed_number(const std::string& bytes) {
    BigInt out = 0;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
      out = (out << 8) | static_cast<unsigned char>(*byte);
    const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
    return negative ? BigInt(out - (BigInt(1) << (8 * bytes.size()))) : out;
  }
  double floating() {
    std::uint64_t bits = 0;
    for (const char c : take(8)) bits = bits << 8 | static_cast<unsigned char>(c);
    return std::bit_cast<double>(bits);
  }

  // The stack.
  NodePtr pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
      throw PickleError("takes more from its stack than is there");
    NodePtr top = std::move(stack_.back());
    stack_.pop_back();
    return top;
  }
  const NodePtr& top(Node::Kind kind) {
    if (stack_.empty() || stack_.back()->kind != kind)
      throw PickleError("has the wrong thing on its stack");
    return stack_.back();
  }
  std::vector<NodePtr> pop_to_mark() {
    if (marks_.empty()) throw PickleError("has no mark");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<NodePtr> out(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return out;
  }
  std::vector<NodePtr> pop_some(std::size_t count) {
    std::vector<NodePtr> out(count);
    for (std::size_t i = count; i-- > 0;) out[i] = pop();
    return out;
  }
  bool push(NodePtr node) {
    stack_.push_back(std::move(node));
    return true;
  }
  bool push(Value value) { return push(scalar(std::move(value))); }
  bool fill(Node::Kind kind, std::vector<NodePtr> parts) {
    const NodePtr& node = top(kind);
    node->parts.insert(node->parts.end(), parts.begin(), parts.end());
    return true;
  }

  // Opcodes.
  bool since(int protocol) {
    if (protocol > protocol_) protocol_ = protocol;
    return true;
  }
  bool remember(std::uint64_t place) {
    if (stack_.empty()) throw PickleError("remembers nothing");
    memo_[place] = stack_.back();
    return true;
  }
  bool recall(std::uint64_t place) {
    const auto known = memo_.find(place);
    if (known == memo_.end()) throw PickleError("recalls what it has not remembered");
    return push(known->second);
  }
  bool global(const std::string& module, const std::string& name) {
    return push(
        std::make_shared<Node>(Node{.kind = Node::Kind::object, .module = module, .name = name}));
  }
  std::string popped_text() {
    const NodePtr node = pop();
    const auto* text = node->scalar.get_if<Str>();
    if (text == nullptr) throw PickleError("names a class by something else than text");
    return text->utf8;
  }
  bool stack_global() {
    const std::string name = popped_text();
    return global(popped_text(), name);
  }
  bool call(PickledObject::Kind kind) {
    const NodePtr args = pop();
    const NodePtr callee = pop();
    if (args->kind != Node::Kind::tuple || callee->kind != Node::Kind::object ||
        callee->object_kind != PickledObject::Kind::global)
      throw PickleError("calls what is no class or function");
    return push(std::make_shared<Node>(Node{.kind = Node::Kind::object,
                                            .parts = args->parts,
                                            .object_kind = kind,
                                            .module = callee->module,
                                            .name = callee->name}));
  }
  bool build() {
    const NodePtr state = pop();
    top(Node::Kind::object)->state = state;
    return true;
  }

  /// False at the end.
  bool step(unsigned char opcode) {
    if (opcode == '.') return false;
    if (plain(opcode) || containers(opcode) || objects(opcode)) return true;
    throw PickleError(fmt::format("has the opcode {:#x}", opcode));
  }
  bool plain(unsigned char opcode) {
    switch (opcode) {
      case 0x80:
        return since(static_cast<int>(number(1)));
      case 0x95:
        take(8);
        return since(4);
      case 'N':
        return push(Value());
      case 0x88:
        return push(Value(true)) && since(2);
      case 0x89:
        return push(Value(false)) && since(2);
      case 'K':
        return push(Value(BigInt(number(1))));
      case 'M':
        return push(Value(BigInt(number(2))));
      case 'J':
        return push(Value(static_cast<std::int32_t>(number(4))));
      case 0x8a:
        return push(Value(signed_number(counted(1)))) && since(2);
      case 0x8b:
        return push(Value(signed_number(counted(4)))) && since(2);
      case 'G':
        return push(Value(floating()));
      case 'X':
        return push(Value(counted(4)));
      case 0x8c:
        return push(Value(counted(1))) && since(4);
      case 0x8d:
        return push(Value(counted(8))) && since(4);
      case 'C':
        return push(Value(Bytes{counted(1)})) && since(3);
      case 'B':
        return push(Value(Bytes{counted(4)})) && since(3);
      case 0x8e:
        return push(Value(Bytes{counted(8)})) && since(4);
      case 0x96:
        return push(Value(ByteArray{counted(8)})) && since(5);
      default:
        return false;
    }
  }
  bool containers(unsigned char opcode) {
    switch (opcode) {
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case '0':
        pop();
        return true;
      case '1':
        pop_to_mark();
        return true;
      case ']':
        return push(container(Node::Kind::list));
      case 'a':
        return fill(Node::Kind::list, pop_some(1));
      case 'e':
        return fill(Node::Kind::list, pop_to_mark());
      case ')':
        return push(container(Node::Kind::tuple));
      case 't':
        return push(container(Node::Kind::tuple, pop_to_mark()));
      case 0x85:
      case 0x86:
      case 0x87:
        return push(container(Node::Kind::tuple, pop_some(opcode - 0x84U))) && since(2);
      case '}':
        return push(container(Node::Kind::dict));
      case 's':
        return fill(Node::Kind::dict, pop_some(2));
      case 'u':
        return fill(Node::Kind::dict, pop_to_mark());
      case 0x8f:
        return push(container(Node::Kind::set)) && since(4);
      case 0x90:
        return fill(Node::Kind::set, pop_to_mark());
      case 0x91:
        return push(container(Node::Kind::frozenset, pop_to_mark())) && since(4);
      default:
        return false;
    }
  }
  bool objects(unsigned char opcode) {
    switch (opcode) {
      case 'c': {
        const std::string module = line();
        return global(module, line());
      }
      case 0x93:
        return stack_global() && since(4);
      case 'R':
        return call(PickledObject::Kind::called);
      case 0x81:
        return call(PickledObject::Kind::made) && since(2);
      case 'b':
        return build();
      case 0x94:
        return remember(memo_.size()) && since(4);
      case 'q':
        return remember(number(1));
      case 'r':
        return remember(number(4));
      case 'h':
        return recall(number(1));
      case 'j':
        return recall(number(4));
      default:
        return false;
    }
  }

  std::string_view rest_;
  int protocol_ = 0;
  std::vector<NodePtr> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, NodePtr> memo_;
};

}  // namespace

Pickled read_pickle(std::string_view bytes) { return Reader(bytes).run(); }

}  // namespace mpspec
