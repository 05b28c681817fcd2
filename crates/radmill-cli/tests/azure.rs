//! What `buckets` tests against a server that speaks the S3 protocol, against Azurite, which speaks that of Azure Blob
//! Storage.

#[path = "buckets.rs"]
mod buckets;
