use std::path::{Component, Path, PathBuf};

/// True if `path` is `folder` or lies below it, links and `..` followed; neither needs to exist.
pub(crate) fn lies_within(path: &Path, folder: &Path) -> bool {
    resolve(path).starts_with(resolve(folder))
}

/// What does not exist yet is resolved by the nearest folder that does.
fn resolve(path: &Path) -> PathBuf {
    let nearest = path.ancestors().find_map(|ancestor| {
        let known = if ancestor.as_os_str().is_empty() { Path::new(".") } else { ancestor };
        Some((known.canonicalize().ok()?, path.strip_prefix(ancestor).ok()?))
    });
    let Some((mut resolved, rest)) = nearest else { return path.to_owned() };
    for component in rest.components() {
        match component {
            Component::ParentDir => drop(resolved.pop()),
            Component::Normal(name) => resolved.push(name),
            _ => {}
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_hides_where_a_path_leads() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("set")).unwrap();
        for (path, expected) in [
            ("set", true),
            ("set/file", true),
            ("set/new/file", true),
            ("set/../file", false),
            ("nothing/../set/file", true),
            ("set.private/file", false),
            ("file", false),
        ] {
            let (path, set) = (folder.path().join(path), folder.path().join("set"));
            assert_eq!(lies_within(&path, &set), expected, "{}", path.display());
        }
    }
}
