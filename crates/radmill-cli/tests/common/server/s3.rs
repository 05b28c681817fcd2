//! The protocol of Amazon S3, as moto speaks it.

use super::{Protocol, elements, request};

pub(super) struct S3;

/// The server looks at the name alone, not at the signature.
const SIGNED: (&str, &str) = (
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
);

fn object(bucket: &str, name: &str) -> String {
    format!("/{bucket}/{}", name.replace('=', "%3D"))
}

impl Protocol for S3 {
    fn scheme(&self) -> &'static str {
        "s3"
    }

    fn script(&self) -> &'static str {
        "s3_server.sh"
    }

    fn credentials(&self, endpoint: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", "key".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://{endpoint}")),
        ]
    }

    fn create(&self, bucket: &str) {
        request("PUT", &format!("/{bucket}"), &[SIGNED], b"");
    }

    fn put(&self, bucket: &str, name: &str, bytes: &[u8]) {
        request("PUT", &object(bucket, name), &[SIGNED], bytes);
    }

    fn delete(&self, bucket: &str, name: &str) {
        request("DELETE", &object(bucket, name), &[SIGNED], b"");
    }

    fn get(&self, bucket: &str, name: &str) -> Vec<u8> {
        request("GET", &object(bucket, name), &[SIGNED], b"")
    }

    fn names(&self, bucket: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        loop {
            let after = names.last().map_or_else(String::new, |name| name.replace('=', "%3D"));
            let target = format!("/{bucket}?list-type=2&start-after={after}");
            let listed = String::from_utf8(request("GET", &target, &[SIGNED], b"")).unwrap();
            let before = names.len();
            names.extend(elements(&listed, "Key").into_iter().map(str::to_owned));
            if names.len() == before || !listed.contains("<IsTruncated>true") {
                return names;
            }
        }
    }
}
