#include "mp/queue.hpp"

#include "channel/message_queue.hpp"
#include "mp/joinable_queue.hpp"
#include "mp/simple_queue.hpp"

namespace mp {

using channel::MessageQueue;

Result<Queue> Queue::create(std::int64_t maxsize) {
  MP_TRY_ASSIGN(auto queue, MessageQueue::create(maxsize));
  return Queue(std::move(queue));
}

Result<void> Queue::put(BytesView message, Timeout timeout) const {
  return queue_->put(message, Deadline::after(timeout));
}

Result<Bytes> Queue::get(Timeout timeout) const { return queue_->get(Deadline::after(timeout)); }

Result<std::size_t> Queue::put_many(std::span<const BytesView> messages, Timeout timeout) const {
  return queue_->put_many(messages, Deadline::after(timeout));
}

Result<std::vector<Bytes>> Queue::get_many(std::size_t count_max, Timeout timeout) const {
  return queue_->get_many(count_max, Deadline::after(timeout));
}

Result<QueueReservation> Queue::reserve(std::size_t length, Timeout timeout) const {
  MP_TRY_ASSIGN(const auto place, queue_->reserve(length, Deadline::after(timeout)));
  return QueueReservation(queue_, place.bytes, place.tail_after.bits());
}

QueueReservation::~QueueReservation() {
  if (queue_ != nullptr) queue_->abandon();
}

void QueueReservation::commit() {
  MP_ASSERT(queue_ != nullptr);
  std::exchange(queue_, nullptr)->commit({bytes_, channel::Mark::from_bits(tail_after_)});
}

Result<QueuePeek> Queue::peek(Timeout timeout) const {
  MP_TRY_ASSIGN(const auto oldest, queue_->peek(Deadline::after(timeout)));
  return QueuePeek(queue_, oldest.bytes, oldest.head_after.bits());
}

QueuePeek::~QueuePeek() {
  if (queue_ != nullptr) queue_->leave();
}

void QueuePeek::consume() {
  MP_ASSERT(queue_ != nullptr);
  std::exchange(queue_, nullptr)->consume({bytes_, channel::Mark::from_bits(head_after_)});
}

std::size_t Queue::qsize() const { return queue_->size(); }

bool Queue::empty() const { return queue_->size() == 0; }

bool Queue::full() const { return queue_->is_full(); }

void Queue::close() const { queue_->close(); }

bool Queue::closed() const { return queue_->is_closed(); }

Result<void> Queue::join_thread() const {
  if (!closed()) return Error{ErrorCode::InvalidArgument, "the queue is not closed"};
  return {};
}

Result<JoinableQueue> JoinableQueue::create(std::int64_t maxsize) {
  MP_TRY_ASSIGN(auto queue, MessageQueue::create(maxsize));
  return JoinableQueue(std::move(queue));
}

Result<void> JoinableQueue::task_done() const { return queue_->task_done(); }

bool JoinableQueue::join(Timeout timeout) const { return queue_->join(Deadline::after(timeout)); }

Result<SimpleQueue> SimpleQueue::create() {
  MP_TRY_ASSIGN(Queue queue, Queue::create());
  return SimpleQueue(std::move(queue));
}

Result<bool> SimpleQueue::empty() const {
  if (queue_.closed()) return Error{ErrorCode::Closed, "the queue is closed"};
  return queue_.empty();
}

Result<void> Queue::pack(Packer& packer) const { return queue_->pack(packer); }

Result<Queue> Queue::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto queue, MessageQueue::unpack(unpacker));
  return Queue(std::move(queue));
}

Result<JoinableQueue> JoinableQueue::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto queue, MessageQueue::unpack(unpacker));
  return JoinableQueue(std::move(queue));
}

Result<void> SimpleQueue::pack(Packer& packer) const { return queue_.pack(packer); }

Result<SimpleQueue> SimpleQueue::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(Queue queue, Queue::unpack(unpacker));
  return SimpleQueue(std::move(queue));
}

}  // namespace mp
