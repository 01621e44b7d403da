#include "mp/shareable_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "base/testing/forked.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using ::testing::ElementsAreArray;

using Item = ShareableItem;
using Items = std::vector<Item>;

Item none() { return std::monostate{}; }
Item integer(std::int64_t number) { return number; }
Item text(std::string_view string) { return std::string(string); }
Item bytes(std::string_view string) { return to_bytes(string); }

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

/// A list whose block's name does not outlive it.
class OwnedList {
 public:
  explicit OwnedList(const Items& items) : list_(*ShareableList::create(items)) {}
  OwnedList(const OwnedList&) = delete;
  OwnedList& operator=(const OwnedList&) = delete;
  ~OwnedList() { static_cast<void>(list_.shm().unlink()); }
  const ShareableList* operator->() const { return &list_; }
  const ShareableList& operator*() const { return list_; }

 private:
  ShareableList list_;
};

/// The list of which the fact sheet of the layout gives every byte.
Items documented() {
  return {
      integer(1), -2.5,     true,      text("h\xc3\xa9llo"), bytes(std::string_view("ab\0c", 4)),
      none(),     text(""), bytes(""), text("12345678")};
}

template <class Number>
Number read_at(const ShareableList& list, std::size_t offset) {
  Number number{};
  std::memcpy(&number, list.shm().buf()->data() + offset, sizeof number);
  return number;
}

TEST(ShareableList, GivesBackItsItems) {
  const OwnedList list(documented());
  EXPECT_EQ(*list->size(), 9u);
  EXPECT_THAT(*list->to_list(), ElementsAreArray(documented()));
  EXPECT_EQ(*list->get(-1), text("12345678"));
  const OwnedList empty({});
  EXPECT_EQ(*empty->size(), 0u);
  EXPECT_EQ(code_of(empty->get(0)), ErrorCode::OutOfRange);
}

TEST(ShareableList, HasTheLayoutOfCPython) {
  const OwnedList list(documented());
  EXPECT_EQ(list->shm().size(), 249u);
  EXPECT_EQ(read_at<std::int64_t>(*list, 0), 9);
  const std::int64_t offsets[] = {0, 8, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40, 0x50};
  for (std::size_t i = 0; i < 10; ++i)
    EXPECT_EQ(read_at<std::int64_t>(*list, 8 + 8 * i), offsets[i]);
  const std::size_t data = 16 + 8 * 9;
  EXPECT_EQ(read_at<std::int64_t>(*list, data), 1);
  EXPECT_EQ(read_at<double>(*list, data + 8), -2.5);
  EXPECT_EQ(read_at<char>(*list, data + 0x10 + 7), 1);
  EXPECT_EQ(*list->format(), "qdxxxxxxx?8s8sxxxxxx?x8s8s16s");
  const std::size_t codes = data + 0x50 + 8 * 9;
  const char expected[] = {0, 0, 0, 1, 2, 3, 1, 2, 1};
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(read_at<char>(*list, codes + i), expected[i]);
}

TEST(ShareableList, IsAttachedByName) {
  const OwnedList list(documented());
  Forked other([&] {
    const ShareableList attached = *ShareableList::open(list->shm().name());
    EXPECT_EQ(*attached.get(0), integer(1));
    EXPECT_TRUE(attached.set(0, integer(-5)));
  });
  EXPECT_EQ(other.reap(), 0);
  EXPECT_EQ(*list->get(0), integer(-5));
}

TEST(ShareableList, APlaceTakesWhatFitsIntoIt) {
  const OwnedList list({integer(1), text("12345678"), none()});
  EXPECT_TRUE(list->set(0, text("87654321"))) << "an exact fit";
  EXPECT_EQ(*list->get(0), text("87654321"));
  EXPECT_EQ(list->set(0, text("123456789")).error(),
            (Error{ErrorCode::TooLarge, "bytes/str item exceeds available storage"}));
  EXPECT_EQ(*list->get(0), text("87654321")) << "unchanged";
  EXPECT_TRUE(list->set(1, std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(list->set(2, bytes("\x01")));
  EXPECT_TRUE(list->set(1, text("0123456789abcdef")));
  EXPECT_THAT(*list->to_list(),
              ElementsAreArray(Items{text("87654321"), text("0123456789abcdef"), bytes("\x01")}));
  EXPECT_TRUE(list->set(1, false));
  EXPECT_TRUE(list->set(2, none()));
  EXPECT_THAT(*list->to_list(), ElementsAreArray(Items{text("87654321"), false, none()}));
}

TEST(ShareableList, ReservesBytesNotCharacters) {
  const std::string seven = "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
  const OwnedList list({text(seven), text("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac")});
  EXPECT_EQ(*list->get(0), text(seven));
  EXPECT_EQ(*list->get(1), text("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"));
}

TEST(ShareableList, NulsAtTheEndAreLost) {
  const OwnedList list({text(std::string_view("a\0b\0\0", 5)), bytes(std::string_view("\0", 1))});
  EXPECT_EQ(*list->get(0), text(std::string_view("a\0b", 3)));
  EXPECT_EQ(*list->get(1), bytes(""));
}

TEST(ShareableList, RefusesIndexesOutside) {
  const OwnedList list({integer(1), integer(2)});
  EXPECT_EQ(list->get(2).error(), (Error{ErrorCode::OutOfRange, "index out of range"}));
  EXPECT_EQ(list->set(2, none()).error(),
            (Error{ErrorCode::OutOfRange, "assignment index out of range"}));
  EXPECT_EQ(code_of(list->get(-3)), ErrorCode::OutOfRange);
  EXPECT_EQ(code_of(list->set(-3, none())), ErrorCode::OutOfRange);
  EXPECT_THAT(*list->to_list(), ElementsAreArray(Items{integer(1), integer(2)}));
}

TEST(ShareableList, FindsItemsAsPythonCompares) {
  const std::int64_t odd = (std::int64_t{1} << 53) + 1;
  const OwnedList list({text("1"), integer(1), true, 1.0, none(), integer(odd)});
  EXPECT_EQ(*list->index(true), 1u);
  EXPECT_EQ(*list->index(1.0), 1u);
  EXPECT_EQ(*list->count(integer(1)), 3u);
  EXPECT_EQ(*list->count(9007199254740992.0), 0u) << "not equal to an integer that it rounds to";
  EXPECT_EQ(*list->index(none()), 4u);
  EXPECT_TRUE(*list->contains(text("1")));
  EXPECT_FALSE(*list->contains(bytes("1")));
  EXPECT_FALSE(*list->contains(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ(code_of(list->index(integer(7))), ErrorCode::NotFound);
}

TEST(ShareableList, LimitsTheLengthOfAnItem) {
  EXPECT_EQ(code_of(ShareableList::create(Items{Bytes(9999992)})), ErrorCode::TooLarge);
  const OwnedList list({Bytes(9999991, std::byte{1})});
  EXPECT_EQ(*list->get(0), Item(Bytes(9999991, std::byte{1})));
}

TEST(ShareableList, AfterCloseNothingWorks) {
  const OwnedList list({integer(1)});
  list->shm().close();
  EXPECT_EQ(code_of(list->get(0)), ErrorCode::Closed);
  EXPECT_EQ(code_of(list->size()), ErrorCode::Closed);
}

/// Whatever is in the block, reading and writing stay within it and answer.
TEST(ShareableList, AnyBytesAreAnsweredNotFollowed) {
  const Items items = documented();
  const OwnedList list(items);
  const std::span<std::byte> block = *list->shm().buf();
  const Bytes whole(block.begin(), block.end());
  for (std::size_t position = 0; position < block.size(); ++position) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff, 0x73, 0x39}) {
      std::ranges::copy(whole, block.begin());
      block[position] = static_cast<std::byte>(value);
      for (std::int64_t i = 0; i < 9; ++i) {
        const Result<Item> item = list->get(i);
        if (!item) {
          EXPECT_TRUE(code_of(item) == ErrorCode::Malformed ||
                      code_of(item) == ErrorCode::OutOfRange);
        }
        static_cast<void>(list->set(i, text("x")));
      }
    }
  }
}

TEST(ShareableList, ATooSmallBlockIsMalformed) {
  const SharedMemory memory = *SharedMemory::create(10);
  EXPECT_EQ(code_of(ShareableList::open(memory.name())), ErrorCode::Malformed);
  EXPECT_TRUE(memory.unlink());
}

}  // namespace
}  // namespace mp
