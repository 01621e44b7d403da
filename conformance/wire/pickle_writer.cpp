#include "wire/pickle_writer.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdint>

namespace mpspec {
namespace {

std::string little_endian(std::uint64_t number, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i));
  return out;
}

/// Two's complement, as short as it can be.
std::string twos_complement(const BigInt& number) {
  std::string out;
  BigInt rest = number < 0 ? BigInt(-number - 1) : number;
  while (rest != 0) {
    out += static_cast<char>(static_cast<unsigned>(BigInt(rest & 0xff)));
    rest >>= 8;
  }
  if (out.empty() || (out.back() & 0x80) != 0) out += '\0';
  if (number < 0) {
    for (char& byte : out) byte = static_cast<char>(~byte);
  }
  return out;
}

/// The characters of a UTF-8 text, lone surrogates among them.
std::vector<std::uint32_t> characters(const std::string& utf8) {
  std::vector<std::uint32_t> out;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80 && !out.empty()) {
      out.back() = out.back() << 6 | (byte & 0x3f);
    } else {
      out.push_back(byte < 0x80   ? byte
                    : byte < 0xe0 ? byte & 0x1f
                    : byte < 0xf0 ? byte & 0x0f
                                  : byte & 0x07);
    }
  }
  return out;
}

class Writer {
 public:
  Writer(const Pickled& pickled, int protocol) : pickled_(pickled), protocol_(protocol) {}

  std::string run() {
    write(pickled_.value);
    out_ += '.';
    if (protocol_ < 2) return out_;
    std::string head = {'\x80', static_cast<char>(protocol_)};
    if (protocol_ >= 4) head += '\x95' + little_endian(out_.size(), 8);
    return head + out_;
  }

 private:
  void write(const Value& value) {
    std::visit([this](const auto& part) { put(part); }, value.kind());
  }
  void write_all(const std::vector<Value>& values) {
    for (const Value& value : values) write(value);
  }
  template <class Unknown>
  void put(const Unknown&) {
    throw PickleError("the suite writes no pickles of this kind of value");
  }

  void put(const None&) { out_ += 'N'; }
  void put(bool flag) {
    if (protocol_ >= 2) {
      out_ += flag ? '\x88' : '\x89';
    } else {
      out_ += flag ? "I01\n" : "I00\n";
    }
  }
  void put(const BigInt& number) {
    const bool fits = number >= -(BigInt(1) << 31) && number < (BigInt(1) << 31);
    if (protocol_ == 0) {
      out_ += fits ? "I" + number.str() + "\n" : "L" + number.str() + "L\n";
    } else if (fits) {
      put_small(static_cast<std::int64_t>(number));
    } else if (protocol_ == 1) {
      out_ += "L" + number.str() + "L\n";
    } else {
      const std::string bytes = twos_complement(number);
      out_ += bytes.size() < 256 ? '\x8a' + little_endian(bytes.size(), 1)
                                 : '\x8b' + little_endian(bytes.size(), 4);
      out_ += bytes;
    }
  }
  void put_small(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    if (number >= 0 && number < 256) {
      out_ += 'K' + little_endian(bits, 1);
    } else if (number >= 0 && number < 65536) {
      out_ += 'M' + little_endian(bits, 2);
    } else {
      out_ += 'J' + little_endian(bits, 4);
    }
  }
  void put(double number) {
    if (protocol_ == 0) {
      out_ += fmt::format("F{}\n", number);
      return;
    }
    const std::string bytes = little_endian(std::bit_cast<std::uint64_t>(number), 8);
    out_ += 'G' + std::string(bytes.rbegin(), bytes.rend());
  }
  void put(const Str& text) {
    if (protocol_ == 0) {
      out_ += 'V';
      for (const std::uint32_t c : characters(text.utf8)) put_escaped(c);
      out_ += '\n';
    } else {
      put_counted(text.utf8, protocol_ >= 4 ? '\x8c' : '\0', 'X');
    }
  }
  /// Raw-unicode-escape; what would end the line or begin an escape is escaped.
  void put_escaped(std::uint32_t c) {
    if (c > 0xffff) {
      out_ += fmt::format("\\U{:08x}", c);
    } else if (c > 0xff || c == '\\' || c == '\n' || c == '\r' || c == 0 || c == 0x1a) {
      out_ += fmt::format("\\u{:04x}", c);
    } else {
      out_ += static_cast<char>(c);
    }
  }
  void put(const Bytes& bytes) {
    if (protocol_ < 3) throw PickleError("protocols below 3 have no bytes");
    put_counted(bytes.data, 'C', 'B');
  }
  /// With a length of one byte where there is an opcode for it and it suffices,
  /// or else of four.
  void put_counted(const std::string& data, char short_opcode, char opcode) {
    out_ += short_opcode != '\0' && data.size() < 256 ? short_opcode + little_endian(data.size(), 1)
                                                      : opcode + little_endian(data.size(), 4);
    out_ += data;
  }
  void put(const List& list) {
    out_ += protocol_ == 0 ? "(l" : "]";
    if (protocol_ == 0) {
      for (const Value& item : list.items) {
        write(item);
        out_ += 'a';
      }
    } else if (!list.items.empty()) {
      out_ += '(';
      write_all(list.items);
      out_ += 'e';
    }
  }
  void put(const Tuple& tuple) { put_tuple(tuple.items); }
  void put_tuple(const std::vector<Value>& items) {
    const std::size_t size = items.size();
    if (size == 0) {
      out_ += protocol_ == 0 ? "(t" : ")";
    } else if (protocol_ >= 2 && size <= 3) {
      write_all(items);
      out_ += static_cast<char>(0x84 + size);
    } else {
      out_ += '(';
      write_all(items);
      out_ += 't';
    }
  }
  void put(const Dict& dict) {
    out_ += protocol_ == 0 ? "(d" : "}";
    for (const auto& [key, value] : dict.items) {
      write(key);
      write(value);
      out_ += 's';
    }
  }
  void put(const Set& set) {
    put_set(set.items, "\x8f(");
    out_ += '\x90';
  }
  void put(const FrozenSet& set) {
    put_set(set.items, "(");
    out_ += '\x91';
  }
  void put_set(const std::vector<Value>& items, const char* begin) {
    if (protocol_ < 4) throw PickleError("protocols below 4 have no sets");
    out_ += begin;
    write_all(items);
  }

  void put(const Opaque& opaque) {
    const PickledObject& object = *pickled_.object(opaque);
    put_global(object);
    if (object.kind == PickledObject::Kind::global) return;
    if (object.kind == PickledObject::Kind::made && protocol_ < 2)
      throw PickleError("protocols below 2 make no new objects");
    put_tuple(object.args);
    out_ += object.kind == PickledObject::Kind::called ? 'R' : '\x81';
    if (!object.state) return;
    write(*object.state);
    out_ += 'b';
  }
  void put_global(const PickledObject& object) {
    if (protocol_ < 4) {
      out_ += 'c' + object.module + "\n" + object.name + "\n";
      return;
    }
    put(Str{object.module});
    put(Str{object.name});
    out_ += '\x93';
  }

  const Pickled& pickled_;
  int protocol_;
  std::string out_;
};

}  // namespace

std::string write_pickle(const Pickled& pickled, int protocol) {
  return Writer(pickled, protocol).run();
}

}  // namespace mpspec
