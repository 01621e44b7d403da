#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manager/objects/referent.hpp"

namespace mp::manager {

/// The server's objects and everything that keeps them alive:
///   references  what clients took by create and incref, each booked on the process that took it,
///               so that they can be given back when it dies without doing so itself;
///   held        once for each place inside another object;
///   grace       a reply that carries the object's proxy was sent, and its receiver has not had the
///               chance to take a reference of its own;
///   parked      requests that wait in it.
/// An object without any of these is gone at the next reap(). Idents are never used again.
class ObjectTable {
 public:
  /// `tag` makes the idents of this server differ from those of others.
  explicit ObjectTable(std::string tag) : tag_(std::move(tag)) {}
  ObjectTable(const ObjectTable&) = delete;
  ObjectTable& operator=(const ObjectTable&) = delete;
  ~ObjectTable();

  ObjectNumber next_number() const { return next_; }
  void set_tag(std::string tag) { tag_ = std::move(tag); }
  std::uint64_t made() const { return next_ - 1; }
  /// Takes in the object that was made with next_number(), with one reference of `client`.
  void add(std::unique_ptr<Referent> referent, ClientId client);

  std::string ident_of(ObjectNumber number) const;
  /// nullptr for anything that is not the ident of a living object.
  Referent* find(std::string_view ident) const;
  Referent& at(ObjectNumber number) const;
  /// nullptr when there is none.
  Referent* find(ObjectNumber number) const;

  void incref(ObjectNumber number, ClientId client);
  /// Without effect when clients hold no reference. One that `client` did not take itself (a raw
  /// fork gives back what its parent took) counts against the others of its manager.
  void decref(ObjectNumber number, ClientId client);
  std::uint64_t references(ObjectNumber number) const;
  bool has_references_of(ClientId client) const;
  void drop_references_of(ClientId client);
  /// Of all clients of that manager.
  void drop_references_of_manager(ManagerId manager);

  void hold(ObjectNumber number) { ++entry(number).held; }
  void let_go(ObjectNumber number);
  void grant_grace(ObjectNumber number) { ++entry(number).grace; }
  void end_grace(ObjectNumber number);
  void park(ObjectNumber number) { ++entry(number).parked; }
  void unpark(ObjectNumber number);

  /// Every object, and what keeps it alive, in the order in which they were made; and the same
  /// again in an empty table.
  Object save() const;
  void restore(Host& host, SavedState& state);
  void clear();
  /// In the order in which they were made.
  std::vector<ObjectNumber> numbers() const;

  /// Frees what nothing keeps alive, and what only that kept alive.
  void reap();

  /// All objects that are there.
  std::size_t living_count() const { return entries_.size(); }
  /// Objects that some client holds a reference to.
  std::size_t referenced_count() const;
  /// Of all objects that clients hold, in the order of their idents.
  std::vector<ObjectNumber> referenced() const;

 private:
  struct Entry {
    std::unique_ptr<Referent> referent;
    std::map<ClientId, std::uint64_t> shares;  // no zeros; their sum is `references`
    std::uint64_t references = 0;
    std::uint64_t held = 0;
    std::uint64_t grace = 0;
    std::uint64_t parked = 0;

    bool is_free() const { return references + held + grace + parked == 0; }
  };

  std::optional<ObjectNumber> number_of(std::string_view ident) const;
  Entry& entry(ObjectNumber number);
  const Entry& entry(ObjectNumber number) const;
  void count_down(ObjectNumber number, std::uint64_t Entry::*count);

  std::string tag_;
  ObjectNumber next_ = 1;
  std::unordered_map<ObjectNumber, Entry> entries_;
  std::vector<ObjectNumber> maybe_free_;
};

}  // namespace mp::manager
