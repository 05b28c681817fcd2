use radmill_deid::DeidentifiedInstance;
use radmill_image::{ImageError, NormalizeOptions, NormalizedImage, normalize};

fn first_frame(instance: &DeidentifiedInstance, options: &NormalizeOptions) -> Result<NormalizedImage, ImageError> {
    normalize(instance, 0, options)
}

fn main() {
    let _ = first_frame;
}
