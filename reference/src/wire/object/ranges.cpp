#include <boost/multiprecision/cpp_int.hpp>
#include <iterator>

#include "wire/object/nodes.hpp"
#include "wire/object/semantics.hpp"

namespace mp::detail {
namespace {

using boost::multiprecision::cpp_int;

cpp_int big_of(const Object& integer) {
  if (integer.fits_int64()) return integer.as_int64();
  const std::string bytes = integer.int_bytes();
  cpp_int value;
  import_bits(value, bytes.begin(), bytes.end(), 8, /*msv_first=*/false);
  // The bytes were read as a magnitude; two's complement means 2^n less when the sign is set.
  const bool negative = (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
  return negative ? value - (cpp_int(1) << (8 * bytes.size())) : value;
}

Object object_of(const cpp_int& natural) {
  std::vector<unsigned char> bytes;
  export_bits(natural, std::back_inserter(bytes), 8, /*msv_first=*/false);
  bytes.push_back(0);
  return Object::integer_from_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

Object range_length(const Object& range) {
  const cpp_int start = big_of(range.start()), stop = big_of(range.stop());
  const cpp_int step = big_of(range.step());
  const cpp_int span = step > 0 ? cpp_int(stop - start) : cpp_int(start - stop);
  if (span <= 0) return Object::integer(0);
  return object_of((span - 1) / abs(step) + 1);
}

}  // namespace mp::detail
