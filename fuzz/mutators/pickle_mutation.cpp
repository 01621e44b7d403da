#include "fuzz/mutators/pickle_mutation.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace mp::fuzz {
namespace {

/// How the argument of an opcode is written.
enum class Argument { None, Byte, Two, Four, Eight, Line, TwoLines, Counted1, Counted4, Counted8 };

struct Row {
  char opcode;
  Argument argument;
};
using enum Argument;

/// Those with an argument; every other byte stands for itself.
constexpr std::array<Row, 41> kArguments = {{
    {'I', Line},
    {'L', Line},
    {'F', Line},
    {'S', Line},
    {'V', Line},
    {'P', Line},
    {'g', Line},
    {'p', Line},
    {'c', TwoLines},
    {'i', TwoLines},
    {'K', Byte},
    {'h', Byte},
    {'q', Byte},
    {'\x80', Byte},
    {'\x82', Byte},
    {'M', Two},
    {'\x83', Two},
    {'J', Four},
    {'j', Four},
    {'r', Four},
    {'\x84', Four},
    {'G', Eight},
    {'\x95', Eight},
    {'U', Counted1},
    {'C', Counted1},
    {'\x8a', Counted1},
    {'\x8c', Counted1},
    {'T', Counted4},
    {'X', Counted4},
    {'B', Counted4},
    {'\x8b', Counted4},
    {'\x8d', Counted8},
    {'\x8e', Counted8},
    {'\x96', Counted8},
    // Twice, so that they are tried more often.
    {'h', Byte},
    {'K', Byte},
    {'\x8c', Counted1},
    {'j', Four},
    {'g', Line},
    {'c', TwoLines},
    {'\x8a', Counted1},
}};
constexpr std::string_view kPlain =
    "(.012NQRabdehlo)stu}]\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98";

Argument argument_of(char opcode) {
  const auto row =
      std::find_if(kArguments.begin(), kArguments.end(),
                   [opcode](const Row& candidate) { return candidate.opcode == opcode; });
  return row == kArguments.end() ? None : row->argument;
}

std::size_t width_of(Argument argument) {
  switch (argument) {
    case Byte:
    case Counted1:
      return 1;
    case Two:
      return 2;
    case Four:
    case Counted4:
      return 4;
    case Eight:
    case Counted8:
      return 8;
    default:
      return 0;
  }
}

bool is_counted(Argument argument) { return argument >= Counted1; }

struct Operation {
  char opcode;
  std::string argument;  // of a counted one, what is counted
};

std::size_t below(Random& random, std::size_t count) { return random() % count; }

std::string take(std::string_view& bytes, std::size_t count) {
  const std::string taken(bytes.substr(0, count));
  bytes.remove_prefix(taken.size());
  return taken;
}

std::string take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  return take(bytes, end == bytes.npos ? bytes.size() : end + 1);
}

std::vector<Operation> parse(std::string_view bytes) {
  std::vector<Operation> operations;
  while (!bytes.empty()) {
    Operation operation{take(bytes, 1)[0], {}};
    const Argument argument = argument_of(operation.opcode);
    if (argument == Line || argument == TwoLines) operation.argument = take_line(bytes);
    if (argument == TwoLines) operation.argument += take_line(bytes);
    std::string fixed = take(bytes, width_of(argument));
    if (is_counted(argument)) {
      std::size_t count = 0;
      for (auto byte = fixed.rbegin(); byte != fixed.rend(); ++byte) {
        count = count << 8 | static_cast<unsigned char>(*byte);
      }
      operation.argument = take(bytes, count);
    } else if (argument != Line && argument != TwoLines) {
      operation.argument = std::move(fixed);
    }
    operations.push_back(std::move(operation));
  }
  return operations;
}

void append_number(std::string& out, std::uint64_t number, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}

std::string write(const std::vector<Operation>& operations, Random& random) {
  std::string out;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto& [opcode, argument] = operations[i];
    out.push_back(opcode);
    const Argument kind = argument_of(opcode);
    // A wrong count now and then.
    const std::size_t wrong = below(random, 64) == 0 ? below(random, 5) : 2;
    if (is_counted(kind)) append_number(out, argument.size() + wrong - 2, width_of(kind));
    out += argument;
  }
  return out;
}

Operation fresh_operation(Random& random) {
  if (below(random, 3) != 0) return {kPlain[below(random, kPlain.size())], {}};
  const auto& [opcode, argument] = kArguments[below(random, kArguments.size())];
  Operation made{opcode, {}};
  const auto digit = [&random] { return static_cast<char>('0' + below(random, 10)); };
  if (argument == Line) made.argument = {digit(), '\n'};
  if (argument == TwoLines) made.argument = "m\nC\n";
  if (is_counted(argument)) made.argument = std::string(below(random, 4), 'a');
  if (!is_counted(argument)) {
    const std::size_t width = width_of(argument);
    for (std::size_t i = 0; i < width; ++i) {
      made.argument.push_back(static_cast<char>(i == 0 ? below(random, 12) : 0));
    }
  }
  return made;
}

void change_argument(Operation& operation, Random& random) {
  std::string& argument = operation.argument;
  constexpr std::array<char, 8> kEdges = {0, 1, '\x7f', '\x80', '\xff', '9', '-', '\n'};
  if (argument.empty()) {
    operation = fresh_operation(random);
  } else if (below(random, 4) == 0 && is_counted(argument_of(operation.opcode))) {
    argument.resize(below(random, 300), 'x');
  } else {
    argument[below(random, argument.size())] =
        below(random, 2) == 0 ? kEdges[below(random, kEdges.size())] : static_cast<char>(random());
  }
}

void edit(std::vector<Operation>& operations, Random& random) {
  const std::size_t at = below(random, operations.size() + 1);
  const auto place = operations.begin() + static_cast<std::ptrdiff_t>(at);
  if (place == operations.end()) {
    operations.insert(place, fresh_operation(random));
    return;
  }
  const std::size_t length = 1 + below(random, std::min<std::size_t>(operations.size() - at, 6));
  const auto end = place + static_cast<std::ptrdiff_t>(length);
  switch (below(random, 6)) {
    case 0:
      operations.insert(place, fresh_operation(random));
      return;
    case 1:
      *place = fresh_operation(random);
      return;
    case 2:
      change_argument(*place, random);
      return;
    case 3:
      operations.erase(place, end);
      return;
    case 4: {
      const std::vector<Operation> some(place, end);
      const std::size_t to = below(random, operations.size() + 1);
      operations.insert(operations.begin() + static_cast<std::ptrdiff_t>(to), some.begin(),
                        some.end());
      return;
    }
    default:
      std::swap(*place, operations[below(random, operations.size())]);
  }
}

}  // namespace

std::string mutate_pickle(std::string_view pickle, Random& random) {
  std::vector<Operation> operations = parse(pickle);
  for (std::size_t count = 1 + below(random, 4); count > 0; --count) edit(operations, random);
  if (operations.empty() || (operations.back().opcode != '.' && below(random, 4) != 0)) {
    operations.push_back({'.', {}});
  }
  return write(operations, random);
}

}  // namespace mp::fuzz
