//! Functions of librdkafka that rdkafka does not wrap, each behind a safe one. All of the stream's `unsafe` is here.
//!
//! What holds for every call: the client is borrowed, so it lives longer than the call; names are null-terminated, live
//! until the call has returned, and are copied by librdkafka if it keeps them; what it returns is copied before it is
//! destroyed or the client may go.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char};
use std::time::Duration;

use rdkafka::bindings as native;
use rdkafka::client::{Client, ClientContext, OAuthToken};
use rdkafka::error::RDKafkaErrorCode;

/// The generation and the id of a consumer as a member of its group; below 0 and empty if it has none. `None`: there is
/// no group.
pub(super) fn membership<C: ClientContext>(client: &Client<C>) -> Option<(i32, String)> {
    // SAFETY: what is returned is null or ours to destroy; the member id lives as long as that.
    unsafe {
        let metadata = native::rd_kafka_consumer_group_metadata(client.native_ptr());
        if metadata.is_null() {
            return None;
        }
        let generation = native::rd_kafka_consumer_group_metadata_generation_id(metadata);
        let member = text(native::rd_kafka_consumer_group_metadata_member_id(metadata)).unwrap_or_default();
        native::rd_kafka_consumer_group_metadata_destroy(metadata);
        Some((generation, member))
    }
}

/// The first offset of a partition, as the last fetch had it.
pub(super) fn first_offset<C: ClientContext>(client: &Client<C>, topic: &str, partition: i32) -> Option<i64> {
    let topic = CString::new(topic).ok()?;
    let (mut low, mut high) = (-1, -1);
    // SAFETY: both numbers are ours.
    let code = unsafe {
        native::rd_kafka_get_watermark_offsets(
            client.native_ptr(),
            topic.as_ptr(),
            partition,
            &raw mut low,
            &raw mut high,
        )
    };
    (RDKafkaErrorCode::from(code) == RDKafkaErrorCode::NoError && low >= 0).then_some(low)
}

/// Gives a client its OAuth token.
///
/// # Errors
/// What is wrong with it.
pub(super) fn set_token<C: ClientContext>(client: &Client<C>, token: OAuthToken) -> Result<(), String> {
    let owned = |text: String| CString::new(text).map_err(|e| e.to_string());
    let (value, principal) = (owned(token.token)?, owned(token.principal_name)?);
    let mut error = [0; 256];
    // SAFETY: there are no extensions (null, 0), and the buffer is as long as it says.
    let code = unsafe {
        native::rd_kafka_oauthbearer_set_token(
            client.native_ptr(),
            value.as_ptr(),
            token.lifetime_ms,
            principal.as_ptr(),
            std::ptr::null_mut(),
            0,
            error.as_mut_ptr(),
            error.len(),
        )
    };
    match RDKafkaErrorCode::from(code) {
        RDKafkaErrorCode::NoError => Ok(()),
        code => Err(code.to_string()),
    }
}

/// Asks the brokers for the id of a topic. `None`: these brokers know no ids.
///
/// # Errors
/// There is no such topic, or what keeps the brokers from telling.
pub(super) fn topic_id<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
    timeout: Duration,
) -> Result<Option<String>, RDKafkaErrorCode> {
    let name = CString::new(topic).map_err(|_| RDKafkaErrorCode::UnknownTopicOrPartition)?;
    let millis = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX).max(1);
    let mut names = [name.as_ptr()];
    let mut error = [0; 256];
    // SAFETY: names, options and queue live until they are destroyed below; the buffer is as long as it says. A result
    // that comes after the wait finds the queue gone and is freed. The event that `described` is given is destroyed
    // after it.
    unsafe {
        let rk = client.native_ptr();
        let queue = native::rd_kafka_queue_new(rk);
        let topics = native::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len());
        let options =
            native::rd_kafka_AdminOptions_new(rk, native::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
        native::rd_kafka_AdminOptions_set_request_timeout(options, millis, error.as_mut_ptr(), error.len());
        native::rd_kafka_DescribeTopics(rk, topics, options, queue);
        let event = native::rd_kafka_queue_poll(queue, millis);
        let answer = if event.is_null() { Err(RDKafkaErrorCode::RequestTimedOut) } else { described(event) };
        if !event.is_null() {
            native::rd_kafka_event_destroy(event);
        }
        native::rd_kafka_AdminOptions_destroy(options);
        native::rd_kafka_TopicCollection_destroy(topics);
        native::rd_kafka_queue_destroy(queue);
        answer
    }
}

/// The topic id in the answer to a question about one topic.
///
/// # Safety
/// The event answers an administrative request and is not destroyed.
unsafe fn described(event: *mut native::rd_kafka_event_t) -> Result<Option<String>, RDKafkaErrorCode> {
    let good = |code| match RDKafkaErrorCode::from(code) {
        RDKafkaErrorCode::NoError => Ok(()),
        code => Err(code),
    };
    // SAFETY: every pointer read below belongs to the event and is checked for null where librdkafka may return it.
    unsafe {
        good(native::rd_kafka_event_error(event))?;
        let result = native::rd_kafka_event_DescribeTopics_result(event);
        if result.is_null() {
            return Err(RDKafkaErrorCode::BadMessage);
        }
        let mut count = 0;
        let topics = native::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
        if topics.is_null() || count != 1 {
            return Err(RDKafkaErrorCode::BadMessage);
        }
        good(native::rd_kafka_error_code(native::rd_kafka_TopicDescription_error(*topics)))?;
        let id = native::rd_kafka_TopicDescription_topic_id(*topics);
        let none = id.is_null()
            || (native::rd_kafka_Uuid_most_significant_bits(id) == 0
                && native::rd_kafka_Uuid_least_significant_bits(id) == 0);
        Ok(if none { None } else { text(native::rd_kafka_Uuid_base64str(id)) })
    }
}

/// A copy of a string.
///
/// # Safety
/// It is null, or null-terminated and lives until this has returned.
unsafe fn text(at: *const c_char) -> Option<String> {
    // SAFETY: the caller's.
    (!at.is_null()).then(|| unsafe { CStr::from_ptr(at) }.to_string_lossy().into_owned())
}
