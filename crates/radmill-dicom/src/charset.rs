/// How text values of a data set are decoded: Specific Character Set (0008,0005), PS3.3 C.12.1.1.2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CharacterSet {}

impl CharacterSet {
    /// Decodes the value field of an element, delimiters (`\`, `^`, `=`) and padding included.
    pub fn decode(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }
}
