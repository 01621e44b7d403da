#include "manager/protocol/plain_message.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "mp/pickle.hpp"

// The plain way and the general one must be the same way.
namespace mp::manager {
namespace {

std::string shown(const Object& value) { return repr(value).value_or("?"); }

/// As encode_request() without the plain way.
std::string general_request(std::string_view ident, std::string_view name, const Object& args,
                            const Object& kwargs) {
  return *pickle::dumps(Object::tuple_of(Object::str(ident), Object::str(name), args, kwargs));
}
std::string general_return(const Object& value) {
  return *pickle::dumps(Object::tuple_of(Object::str("#RETURN"), value));
}

std::vector<Object> plain_values() {
  std::vector<Object> values = {
      Object(),
      Object::boolean(true),
      Object::boolean(false),
      Object::real(0.5),
      Object::real(-0.0),
      Object::real(std::nan("")),
      Object::str(""),
      Object::str("key"),
      Object::str("\xc3\xa4\xf0\x9f\x98\x80"),
      Object::str(std::string(255, 'x')),
      Object::bytes(""),
      Object::bytes(std::string("\0\xff", 2)),
      Object::bytes(std::string(255, '\0')),
  };
  for (const std::int64_t number :
       {0L, 1L, 255L, 256L, 65535L, 65536L, 2147483647L, -1L, -128L, -65536L, -2147483648L}) {
    values.push_back(Object::integer(number));
  }
  return values;
}

std::vector<Object> other_values() {
  return {Object::integer(2147483648L),
          Object::integer(-2147483649L),
          *Object::integer_from_text("18446744073709551616"),
          Object::str(std::string(256, 'x')),
          Object::bytes(std::string(256, 'x')),
          Object::list(),
          Object::tuple(),
          Object::complex(1, 2),
          Object::dict()};
}

TEST(PlainMessage, WritesWhatThePicklerWrites) {
  for (const Object& value : plain_values()) {
    EXPECT_EQ(encode_plain_return(value), general_return(value)) << shown(value);
    for (const Object& args :
         {Object::tuple_of(value), Object::tuple_of(Object::str("k"), value),
          Object::tuple_of(Object::integer(7), value, Object::str("z")), Object::tuple()}) {
      EXPECT_EQ(encode_plain_request("7fd2", "__setitem__", args, Object::dict()),
                general_request("7fd2", "__setitem__", args, Object::dict()))
          << shown(args);
    }
  }
}

TEST(PlainMessage, LeavesTheRestToThePickler) {
  const Object shared = Object::str("shared");
  Object keywords = Object::dict();
  ASSERT_TRUE(keywords.as_dict().set(Object::str("k"), Object()));
  for (const Object& value : other_values()) {
    EXPECT_FALSE(encode_plain_return(value)) << shown(value);
    EXPECT_FALSE(encode_plain_request("7fd2", "f", Object::tuple_of(value), Object::dict()));
    EXPECT_FALSE(decode_plain_return(general_return(value))) << shown(value);
  }
  EXPECT_FALSE(encode_plain_request("i", "f", Object::tuple(), keywords));
  EXPECT_FALSE(encode_plain_request("i", "f", Object::tuple_of(shared, shared), Object::dict()));
  EXPECT_FALSE(decode_plain_request(
      general_request("i", "f", Object::tuple_of(shared, shared), Object::dict())));
  EXPECT_FALSE(encode_plain_request("i", "f", Object::list(), Object::dict()));
}

/// What both ways make of the same bytes; true when the plain one took them.
bool same_request(std::string_view payload) {
  const std::optional<Request> plain = decode_plain_request(payload);
  if (!plain) return false;
  const Result<Object> general = pickle::loads(payload);
  if (!general || general->kind() != Kind::Tuple || general->items().size() != 4) {
    ADD_FAILURE() << "only the plain way takes it";
    return true;
  }
  EXPECT_EQ(shown(Object::tuple_of(plain->ident, plain->name, plain->args, plain->kwargs)),
            shown(*general));
  return true;
}
bool same_return(std::string_view payload) {
  const std::optional<Object> plain = decode_plain_return(payload);
  if (!plain) return false;
  const Result<Object> general = pickle::loads(payload);
  if (!general || general->items().size() != 2) {
    ADD_FAILURE() << "only the plain way takes it";
    return true;
  }
  EXPECT_EQ(shown(*plain), shown(general->items()[1]));
  return true;
}

TEST(PlainMessage, ReadsWhatThePicklerReads) {
  for (const Object& value : plain_values()) {
    EXPECT_TRUE(same_return(general_return(value))) << shown(value);
    for (const Object& args : {Object::tuple_of(value), Object::tuple_of(value, Object()),
                               Object::tuple_of(Object::str("a"), Object::str("b"), value)}) {
      EXPECT_TRUE(same_request(general_request("7fd2", "get", args, Object::dict())));
    }
  }
  EXPECT_TRUE(same_request(general_request("i", "f", Object::tuple(), Object::dict())));
}

TEST(PlainMessage, TakesNoBytesThatThePicklerRefuses) {
  const Object args =
      Object::tuple_of(Object::str("k\xc3\xa4"), Object::bytes("xy"), Object::integer(-1000));
  const std::string request = general_request("7fd2", "__setitem__", args, Object::dict());
  const std::string reply = general_return(Object::str("k\xc3\xa4"));
  for (const std::string& whole : {request, reply}) {
    for (std::size_t at = 0; at <= whole.size(); ++at) {
      same_request(std::string_view(whole).substr(0, at));
      same_return(std::string_view(whole).substr(0, at));
      for (int byte = 0; at < whole.size() && byte < 256; ++byte) {
        std::string changed = whole;
        changed[at] = static_cast<char>(byte);
        same_request(changed);
        same_return(changed);
        changed.insert(at, 1, static_cast<char>(byte));
        same_request(changed);
        same_return(changed);
      }
    }
  }
}

}  // namespace
}  // namespace mp::manager
