//! The members of an archive.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use radmill_archive::{
    Contents, Fault, FileAt, Format, Limits, Member, MemberStream, Place, list, recognize,
};

use super::spool::Spool;
use super::{At, Listed, MEMBER_BYTES_MAX};

/// Far above what a sound archive has; a bomb is an archive that cannot be read.
const LIMITS: Limits = Limits { members_max: 10_000_000, expansion_max: 200 };

/// What is in a file, if it is an archive. What cannot be read of it is there as well, as [`At::Nowhere`].
///
/// A file that cannot be opened is none: reading it will say so.
pub(super) fn members(path: &Path, relative: &[String], spool: &Spool) -> Vec<Listed> {
    let Some((format, archive)) = opened(path) else { return Vec::new() };
    let Contents { members, fault } = match list(format, &archive, &LIMITS) {
        Ok(contents) => contents,
        Err(fault) => Contents { members: Vec::new(), fault: Some(fault) },
    };
    let unlisted = fault.map(|_| Listed { relative: relative.to_vec(), place: At::Nowhere });
    let mut places = Places::new(path, format, archive, spool);
    let listed = members.into_iter().filter_map(|member| {
        let mut names = relative.to_vec();
        names.extend(String::from_utf8_lossy(&member.name).split('/').map(str::to_owned));
        places.of(member).map(|place| Listed { relative: names, place })
    });
    listed.chain(unlisted).collect()
}

fn opened(path: &Path) -> Option<(Format, FileAt)> {
    let archive = FileAt::new(File::open(path).ok()?).ok()?;
    let format = recognize(&archive).ok()??;
    Some((format, archive))
}

/// Where the bytes of members are.
struct Places<'a> {
    path: Arc<Path>,
    /// The members of a compressed tar archive, from its beginning on.
    stream: Option<Result<MemberStream, Fault>>,
    spool: &'a Spool,
}

impl Places<'_> {
    fn new<'a>(path: &Path, format: Format, archive: FileAt, spool: &'a Spool) -> Places<'a> {
        let is_stream = matches!(format, Format::TarGzip | Format::TarZstd);
        let stream = is_stream.then(|| MemberStream::new(format, archive.into_file()));
        Places { path: Arc::from(path), stream, spool }
    }

    /// `None` if the member has no bytes of its own.
    fn of(&mut self, member: Member) -> Option<At> {
        match member.place {
            Place::Nowhere(Fault::SpecialFile) => None,
            Place::Nowhere(_) => Some(At::Nowhere),
            Place::Plain { .. } | Place::Zip { .. } => Some(At::Member(self.path.clone(), member)),
            Place::Stream { offset } => Some(self.unpacked(offset, member.bytes).unwrap_or(At::Nowhere)),
        }
    }

    fn unpacked(&mut self, offset: u64, bytes: u64) -> Option<At> {
        let stream = self.stream.as_mut()?.as_mut().ok()?;
        let bytes = stream.read(offset, (bytes <= MEMBER_BYTES_MAX).then_some(bytes)?).ok()?;
        self.spool.add(&bytes).ok().map(At::Unpacked)
    }
}
