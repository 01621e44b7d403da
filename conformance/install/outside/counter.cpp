// A number in shared memory, and a manager: something of the lowest and of the highest layer.
#include <cstdio>
#include <mp/manager.hpp>
#include <mp/value.hpp>

int main() {
  const auto number = mp::Value<int>::create(41);
  if (!number) return 1;
  number->set_value(number->value() + 1);
  std::printf("%d\n", number->value());
  const auto manager = mp::Manager::start();
  return manager ? 0 : 1;
}
