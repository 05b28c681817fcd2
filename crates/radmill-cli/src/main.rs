//! Arguments, progress, messages, exit codes: the radmill binary.

fn main() {}
