/// Bounds on what a file may declare. Each is checked before memory is reserved for what it bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest file that is read at all, in bytes.
    pub file_bytes_max: u64,
    /// Deepest nesting of sequences; the top level is 0.
    pub nesting_depth_max: u32,
    /// Most elements in a file, those in sequence items included.
    pub elements_max: u32,
    /// Longest value of one element other than pixel data, in bytes.
    pub element_bytes_max: u64,
    /// Most frames in an instance.
    pub frames_max: u32,
    /// Largest decoded frame, in bytes.
    pub frame_bytes_max: u64,
    /// All frames of an instance decoded, in bytes.
    pub decoded_bytes_max: u64,
    /// Longest data set that a deflated file may inflate to, in bytes.
    pub inflated_bytes_max: u64,
}
