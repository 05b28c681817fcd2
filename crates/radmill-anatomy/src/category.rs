use std::fmt;

/// The nine categories, and the lane beside them. Declaration order is the order of shards and summaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Skeletal examinations that belong to no single region.
    Bone,
    /// Lung, thorax, mediastinum, ribs and sternum.
    Chest,
    /// Brain, skull, head, face.
    Brain,
    /// Soft neck.
    Neck,
    /// Arms, legs and their joints.
    Extremity,
    /// Abdomen, pelvis, their organs, obstetrics.
    Abdomen,
    /// Mammography and all other breast imaging.
    Breast,
    /// Heart, coronary vessels, cardiac great vessels.
    Heart,
    /// Cervical to sacral spine.
    Spine,
    /// None of the nine, with an [`UncategorizedReason`](crate::UncategorizedReason).
    Uncategorized,
}

impl Category {
    /// All ten, in declaration order.
    pub const ALL: [Category; 10] = [
        Category::Bone,
        Category::Chest,
        Category::Brain,
        Category::Neck,
        Category::Extremity,
        Category::Abdomen,
        Category::Breast,
        Category::Heart,
        Category::Spine,
        Category::Uncategorized,
    ];

    /// The name in manifests and folders, such as `CHEST`.
    pub fn name(self) -> &'static str {
        match self {
            Category::Bone => "BONE",
            Category::Chest => "CHEST",
            Category::Brain => "BRAIN",
            Category::Neck => "NECK",
            Category::Extremity => "EXTREMITY",
            Category::Abdomen => "ABDOMEN",
            Category::Breast => "BREAST",
            Category::Heart => "HEART",
            Category::Spine => "SPINE",
            Category::Uncategorized => "UNCATEGORIZED",
        }
    }

    /// The category with this name.
    pub fn from_name(name: &str) -> Option<Category> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
