#include "manager/core/object_table.hpp"

#include <algorithm>
#include <charconv>

#include "manager/objects/registry.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

constexpr std::size_t kCounterDigits = 4;

std::string hex(ObjectNumber number) {
  char digits[2 * sizeof number];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), number, 16);
  MP_ASSERT(error == std::errc());
  const std::string text(digits, end);
  return std::string(kCounterDigits - std::min(kCounterDigits, text.size()), '0') + text;
}

}  // namespace

ObjectTable::~ObjectTable() { clear(); }

void ObjectTable::clear() {
  // Containers give back what they hold when they go, so they go while the table still counts.
  for (auto& [number, entry] : entries_) entry.referent.reset();
  entries_.clear();
  maybe_free_.clear();
  next_ = 1;
}

void ObjectTable::add(std::unique_ptr<Referent> referent, ClientId client) {
  const ObjectNumber number = referent->number();
  MP_ASSERT(number == next_);
  ++next_;
  entries_[number].referent = std::move(referent);
  incref(number, client);
}

std::string ObjectTable::ident_of(ObjectNumber number) const { return tag_ + hex(number); }

std::optional<ObjectNumber> ObjectTable::number_of(std::string_view ident) const {
  if (!ident.starts_with(tag_)) return std::nullopt;
  const std::string_view digits = ident.substr(tag_.size());
  ObjectNumber number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  // Only the one spelling that ident_of() gives is an ident.
  const bool is_canonical =
      digits.size() == kCounterDigits || (digits.size() > kCounterDigits && digits[0] != '0');
  const bool is_lower =
      std::none_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  return whole && is_canonical && is_lower ? std::optional(number) : std::nullopt;
}

Referent* ObjectTable::find(std::string_view ident) const {
  const std::optional<ObjectNumber> number = number_of(ident);
  if (!number) return nullptr;
  const auto found = entries_.find(*number);
  return found == entries_.end() ? nullptr : found->second.referent.get();
}

Referent* ObjectTable::find(ObjectNumber number) const {
  const auto found = entries_.find(number);
  return found == entries_.end() ? nullptr : found->second.referent.get();
}

Referent& ObjectTable::at(ObjectNumber number) const { return *entry(number).referent; }

ObjectTable::Entry& ObjectTable::entry(ObjectNumber number) {
  const auto found = entries_.find(number);
  MP_ASSERT(found != entries_.end());
  return found->second;
}

const ObjectTable::Entry& ObjectTable::entry(ObjectNumber number) const {
  const auto found = entries_.find(number);
  MP_ASSERT(found != entries_.end());
  return found->second;
}

void ObjectTable::count_down(ObjectNumber number, std::uint64_t Entry::*count) {
  Entry& counted = entry(number);
  MP_ASSERT(counted.*count > 0);
  --(counted.*count);
  if (counted.is_free()) maybe_free_.push_back(number);
}

void ObjectTable::incref(ObjectNumber number, ClientId client) {
  Entry& counted = entry(number);
  ++counted.references;
  ++counted.shares[client];
}

void ObjectTable::decref(ObjectNumber number, ClientId client) {
  Entry& counted = entry(number);
  if (counted.references == 0) return;
  auto share = counted.shares.find(client);
  if (share == counted.shares.end()) {
    // Of the same host: what a manager's clients had is gone with it, whatever they still say.
    share = counted.shares.lower_bound(manager_of(client) << kManagerShift);
    if (share == counted.shares.end() || manager_of(share->first) != manager_of(client)) return;
  }
  if (--share->second == 0) counted.shares.erase(share);
  count_down(number, &Entry::references);
}

std::uint64_t ObjectTable::references(ObjectNumber number) const {
  return entry(number).references;
}

bool ObjectTable::has_references_of(ClientId client) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [client](const auto& row) { return row.second.shares.contains(client); });
}

void ObjectTable::drop_references_of(ClientId client) {
  for (auto& [number, counted] : entries_) {
    const auto share = counted.shares.find(client);
    if (share == counted.shares.end()) continue;
    counted.references -= share->second;
    counted.shares.erase(share);
    if (counted.is_free()) maybe_free_.push_back(number);
  }
}

void ObjectTable::drop_references_of_manager(ManagerId manager) {
  for (auto& [number, counted] : entries_) {
    std::erase_if(counted.shares, [&, &counted = counted](const auto& share) {
      if (manager_of(share.first) != manager) return false;
      counted.references -= share.second;
      return true;
    });
    if (counted.is_free()) maybe_free_.push_back(number);
  }
}

std::vector<ObjectNumber> ObjectTable::numbers() const {
  std::vector<ObjectNumber> all;
  for (const auto& [number, counted] : entries_) all.push_back(number);
  std::sort(all.begin(), all.end());
  return all;
}

Object ObjectTable::save() const {
  MP_ASSERT(maybe_free_.empty());  // between calls
  std::vector<Object> all;
  for (const ObjectNumber number : numbers()) {
    const Entry& counted = entry(number);
    std::deque<std::uint64_t> shares;
    for (const auto& [client, count] : counted.shares) shares.insert(shares.end(), {client, count});
    all.push_back(Object::tuple_of(saved(number), Object::str(counted.referent->type().type_id),
                                   saved(shares), saved(counted.held), saved(counted.grace),
                                   saved(counted.parked), counted.referent->save()));
  }
  return Object::tuple_of(saved(next_), Object::tuple(std::move(all)));
}

void ObjectTable::restore(Host& host, SavedState& state) {
  MP_ASSERT(entries_.empty());
  SavedState table(state.tuple());
  next_ = table.number();
  SavedState all(table.tuple());
  while (all.is_at_end() == false) {
    SavedState row(all.tuple());
    const ObjectNumber number = row.number();
    const Object type_id = row.any();
    const RestoreReferent make =
        type_id.kind() == Kind::Str ? find_restore(type_id.as_str()) : nullptr;
    if (make == nullptr || entries_.contains(number)) return state.reject();
    const std::deque<std::uint64_t> shares = row.numbers();
    Entry& counted = entries_[number];
    for (std::size_t i = 0; i + 1 < shares.size(); i += 2) {
      counted.shares[shares[i]] = shares[i + 1];
      counted.references += shares[i + 1];
    }
    counted.held = row.number();
    counted.grace = row.number();
    counted.parked = row.number();
    SavedState own(row.tuple());
    counted.referent = make(host, number, own);
    if (!own.is_whole() || !row.is_whole()) return state.reject();
  }
  if (!all.is_whole() || !table.is_whole()) state.reject();
}

void ObjectTable::let_go(ObjectNumber number) { count_down(number, &Entry::held); }
void ObjectTable::end_grace(ObjectNumber number) { count_down(number, &Entry::grace); }
void ObjectTable::unpark(ObjectNumber number) { count_down(number, &Entry::parked); }

void ObjectTable::reap() {
  while (!maybe_free_.empty()) {
    const ObjectNumber number = maybe_free_.back();
    maybe_free_.pop_back();
    const auto found = entries_.find(number);
    if (found == entries_.end() || !found->second.is_free()) continue;
    // The object's end may free others, so it must not happen inside the erasure.
    const std::unique_ptr<Referent> last = std::move(found->second.referent);
    entries_.erase(found);
  }
}

std::size_t ObjectTable::referenced_count() const {
  return static_cast<std::size_t>(std::count_if(
      entries_.begin(), entries_.end(), [](const auto& row) { return row.second.references > 0; }));
}

std::vector<ObjectNumber> ObjectTable::referenced() const {
  std::vector<ObjectNumber> numbers;
  for (const auto& [number, counted] : entries_) {
    if (counted.references > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end(),
            [this](ObjectNumber a, ObjectNumber b) { return ident_of(a) < ident_of(b); });
  return numbers;
}

}  // namespace mp::manager
