use serde::Serialize;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A name of the patient or a relative.
    PatientName,
    /// A name of anybody else: physicians, operators, authors.
    PersonName,
    /// A number or code that stands for a patient, a study, a visit, an order or a document.
    Identifier,
    /// Date of birth.
    BirthDate,
    /// Any other date.
    Date,
    /// A UID of an instance, a study, a device and the like, not one that DICOM registered.
    Uid,
    /// A postal address, a place where somebody lives.
    Address,
    /// A telephone or fax number.
    Telephone,
    /// An e-mail address.
    Email,
    /// A link to a host.
    Url,
    /// Name, address or department of an institution.
    Institution,
    /// What tells one device from all others: serial numbers, station names.
    Device,
    /// Something else about a person: occupation, religion, a very high age.
    Characteristic,
    /// Text, an element or an object that nobody has looked into.
    Unchecked,
    /// The object does not say, or says wrongly, what was done to it.
    Claim,
}

impl Kind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Kind::PatientName => "patient name",
            Kind::PersonName => "person name",
            Kind::Identifier => "identifier",
            Kind::BirthDate => "birth date",
            Kind::Date => "date",
            Kind::Uid => "uid",
            Kind::Address => "address",
            Kind::Telephone => "telephone",
            Kind::Email => "e-mail",
            Kind::Url => "url",
            Kind::Institution => "institution",
            Kind::Device => "device",
            Kind::Characteristic => "characteristic",
            Kind::Unchecked => "unchecked",
            Kind::Claim => "claim",
        }
    }
}
