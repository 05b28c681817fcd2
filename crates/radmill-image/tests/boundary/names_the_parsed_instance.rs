use radmill_dicom::ParsedInstance;

fn name_of(instance: &ParsedInstance) -> String {
    format!("{instance:?}")
}

fn main() {
    let _ = name_of;
}
