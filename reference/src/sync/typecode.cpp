#include "mp/typecode.hpp"

#include <string_view>

namespace mp {

Result<Typecode> to_typecode(char letter) {
  constexpr std::string_view kLetters = "cbBhHiIlLqQfdu";
  if (kLetters.find(letter) == std::string_view::npos) {
    return Error{ErrorCode::InvalidArgument, "bad typecode: one of cbBhHiIlLqQfdu is needed"};
  }
  return static_cast<Typecode>(letter);
}

std::size_t item_bytes(Typecode typecode) {
  switch (typecode) {
    case Typecode::c:
    case Typecode::b:
    case Typecode::B:
      return 1;
    case Typecode::h:
    case Typecode::H:
      return 2;
    case Typecode::i:
    case Typecode::I:
    case Typecode::f:
    case Typecode::u:
      return 4;
    case Typecode::l:
    case Typecode::L:
    case Typecode::q:
    case Typecode::Q:
    case Typecode::d:
      return 8;
  }
  MP_ASSERT(false && "a Typecode outside the enumeration");
  return 0;
}

static_assert(sizeof(short) == 2 && sizeof(int) == 4 && sizeof(long) == 8 && sizeof(wchar_t) == 4);

}  // namespace mp
