//! From a URL to the store that it names.

use std::io;
use std::path::Path;
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path as ObjectPath;
use object_store::{Error, ObjectStore, RetryConfig};

use crate::StoreError;

/// True for what is written as a URL, such as `s3://bucket/folder`: it names no file on this machine.
pub fn is_url(path: &Path) -> bool {
    path.to_str().and_then(|text| text.split_once("://")).is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
    })
}

/// The object store that a URL names, and the path in it: `s3://BUCKET/PATH`, `gs://BUCKET/PATH` or
/// `az://CONTAINER/PATH`.
///
/// Credentials, region and endpoint come from the variables of the environment that the SDKs of the three providers
/// use (`AWS_…`, `GOOGLE_…`, `AZURE_STORAGE_…`). Requests that fail for a reason that may pass (a broken connection,
/// 429, 5xx) are repeated: up to 10 times within 3 minutes, after 0.1 s at first and 15 s at most.
/// Nothing is asked of the server yet.
pub fn open_object_store(url: &str) -> Result<(Arc<dyn ObjectStore>, ObjectPath), StoreError> {
    let failed = |cause| StoreError::new("open", Path::new(url), cause);
    let unknown =
        || failed(io::Error::other("only s3://, gs:// and az:// are known, with the name of a bucket"));
    let (scheme, rest) = url.split_once("://").ok_or_else(unknown)?;
    let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(unknown());
    }
    let path = ObjectPath::parse(path.trim_matches('/')).map_err(|cause| failed(io::Error::other(cause)))?;
    let retry = RetryConfig::default();
    let whole = format!("{scheme}://{bucket}");
    let store = match scheme {
        "s3" => shared(AmazonS3Builder::from_env().with_url(whole).with_retry(retry).build()),
        "gs" => shared(GoogleCloudStorageBuilder::from_env().with_url(whole).with_retry(retry).build()),
        "az" => shared(MicrosoftAzureBuilder::from_env().with_url(whole).with_retry(retry).build()),
        _ => return Err(unknown()),
    };
    Ok((store.map_err(|error| failed(in_words(error)))?, path))
}

fn shared<S: ObjectStore>(store: object_store::Result<S>) -> object_store::Result<Arc<dyn ObjectStore>> {
    Ok(Arc::new(store?))
}

/// What went wrong, for who reads it; the kind is for programs.
pub(crate) fn in_words(error: Error) -> io::Error {
    use io::ErrorKind::{AlreadyExists, NotFound, PermissionDenied};
    let (kind, what) = match &error {
        Error::NotFound { .. } => (NotFound, "there is no such bucket or object"),
        Error::AlreadyExists { .. } | Error::Precondition { .. } => (AlreadyExists, "it is there already"),
        Error::PermissionDenied { .. } => (PermissionDenied, "the server does not permit it (403)"),
        Error::Unauthenticated { .. } => {
            (PermissionDenied, "the server does not accept the credentials (401)")
        }
        _ => return of_status(&first_line(&error)),
    };
    io::Error::new(kind, what)
}

/// Listings do not tell these apart.
fn of_status(text: &str) -> io::Error {
    use io::ErrorKind::{NotFound, PermissionDenied};
    for (status, kind, what) in [
        ("403 Forbidden", PermissionDenied, "the server does not permit it (403)"),
        ("401 Unauthorized", PermissionDenied, "the server does not accept the credentials (401)"),
        ("404 Not Found", NotFound, "there is no such bucket or object"),
    ] {
        if text.contains(status) {
            return io::Error::new(kind, what);
        }
    }
    io::Error::other(text)
}

/// The first line of an answer says what it is about; what follows may be a page.
fn first_line(error: &Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_paths() {
        for (text, expected) in
            [("s3://b/p", true), ("file:///x", true), ("/data/x", false), ("a/b://c", false), ("://x", false)]
        {
            assert_eq!(is_url(Path::new(text)), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_bucket_is_refused_in_words() {
        for url in ["s3://", "s3:///p", "ftp://host/p", "file:///x"] {
            let error = open_object_store(url).unwrap_err().to_string();
            assert!(error.contains("only s3://"), "{error}");
        }
        let (_, path) = open_object_store("s3://bucket/some/where/").unwrap();
        assert_eq!(path.as_ref(), "some/where");
    }
}
