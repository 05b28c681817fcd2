//! The data set inside cannot be taken out or changed.

use radmill_deid::{Attributes, DeidentifiedInstance};
use radmill_dicom::DataSet;

fn of_instance(instance: DeidentifiedInstance) -> DataSet {
    instance.data
}

fn of_attributes<'a>(attributes: &Attributes<'a>) -> &'a DataSet {
    attributes.data
}

fn main() {}
