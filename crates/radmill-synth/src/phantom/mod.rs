//! Pictures that look enough like the real thing for windows, codecs and eyes: one function for each scene.
//!
//! CT scenes are in Hounsfield units; all others run from 0 (black) to 1 (white) as a reader sees them.

mod canvas;
mod computed;
mod magnetic;
mod nuclear;
mod projection;
mod ultrasound;

pub(crate) use canvas::Canvas;

use crate::rng::Rng;

/// What is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scene {
    ChestFrontal,
    AbdomenPlain,
    Hand,
    Knee,
    Pelvis,
    NeckSpineLateral,
    Mammogram,
    Angiogram,
    HeadCt,
    NeckCt,
    ChestCt,
    HeartCt,
    AbdomenCt,
    WaterPhantomCt,
    BrainMr,
    SpineMr,
    KneeMr,
    HeartMr,
    BreastMr,
    NeckMr,
    Echo,
    AbdomenUs,
    ThyroidUs,
    BreastUs,
    BoneScan,
    BrainPet,
    WholeBodyPet,
    Document,
}

/// What varies between the images of one scene.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pose {
    /// Place of the slice within the organ, or of the frame within the cycle, from 0 to 1.
    pub(crate) phase: f32,
    /// Left and right exchanged.
    pub(crate) mirrored: bool,
}

/// Pictures are drawn at no more than this many pixels on the shorter side and enlarged from there: shapes need no
/// finer grid, and it keeps the time for a large radiograph small. Noise is added at full size.
const DRAWN_SIDE_MAX: usize = 512;

/// Draws a scene. `anatomy` is the same for all images of a series, `noise` differs from image to image.
pub(crate) fn draw(
    scene: Scene,
    width: usize,
    height: usize,
    pose: Pose,
    anatomy: &mut Rng,
    noise: &mut Rng,
) -> Canvas {
    let shrink = (width.min(height)).div_ceil(DRAWN_SIDE_MAX).max(1);
    let (w, h) = (width.div_ceil(shrink), height.div_ceil(shrink));
    let drawing = match scene {
        Scene::ChestFrontal => projection::chest(w, h, anatomy),
        Scene::AbdomenPlain => projection::abdomen(w, h, anatomy),
        Scene::Hand => projection::hand(w, h, anatomy),
        Scene::Knee => projection::knee(w, h, anatomy),
        Scene::Pelvis => projection::pelvis(w, h, anatomy),
        Scene::NeckSpineLateral => projection::neck_spine(w, h, anatomy),
        Scene::Mammogram => projection::mammogram(w, h, anatomy),
        Scene::Angiogram => projection::angiogram(w, h, anatomy, pose.phase),
        Scene::HeadCt => computed::head(w, h, anatomy, pose.phase),
        Scene::NeckCt => computed::neck(w, h, anatomy),
        Scene::ChestCt => computed::chest(w, h, anatomy, pose.phase),
        Scene::HeartCt => computed::heart(w, h, anatomy, pose.phase),
        Scene::AbdomenCt => computed::abdomen(w, h, anatomy, pose.phase),
        Scene::WaterPhantomCt => computed::water_phantom(w, h),
        Scene::BrainMr => magnetic::brain(w, h, anatomy, pose.phase),
        Scene::SpineMr => magnetic::spine(w, h, anatomy),
        Scene::KneeMr => magnetic::knee(w, h, anatomy),
        Scene::HeartMr => magnetic::heart(w, h, anatomy, pose.phase),
        Scene::BreastMr => magnetic::breast(w, h, anatomy),
        Scene::NeckMr => magnetic::neck(w, h, anatomy),
        Scene::Echo => ultrasound::echo(w, h, anatomy, noise, pose.phase),
        Scene::AbdomenUs => ultrasound::abdomen(w, h, anatomy, noise),
        Scene::ThyroidUs => ultrasound::thyroid(w, h, anatomy, noise),
        Scene::BreastUs => ultrasound::breast(w, h, anatomy, noise),
        Scene::BoneScan => nuclear::bone_scan(w, h, anatomy),
        Scene::BrainPet => nuclear::brain(w, h, anatomy, pose.phase),
        Scene::WholeBodyPet => nuclear::whole_body(w, h, anatomy),
        Scene::Document => nuclear::document(w, h, anatomy),
    };
    let mut picture = if shrink > 1 { drawing.resized(width, height) } else { drawing };
    if pose.mirrored {
        picture.values.chunks_mut(width).for_each(<[f32]>::reverse);
    }
    grain(scene, &mut picture, noise);
    picture
}

/// The noise of the modality, at full size.
fn grain(scene: Scene, picture: &mut Canvas, rng: &mut Rng) {
    match scene {
        Scene::HeadCt => picture.noise(rng, |hu| if hu < -900.0 { 6.0 } else { 4.0 }),
        Scene::NeckCt | Scene::ChestCt | Scene::HeartCt | Scene::AbdomenCt | Scene::WaterPhantomCt => {
            picture.noise(rng, |hu| if hu < -900.0 { 8.0 } else { 12.0 });
        }
        Scene::BoneScan | Scene::BrainPet | Scene::WholeBodyPet => {
            picture.noise(rng, |v| 0.012 + 0.09 * v.max(0.0).sqrt());
        }
        Scene::Echo | Scene::AbdomenUs | Scene::ThyroidUs | Scene::BreastUs | Scene::Document => {}
        Scene::Mammogram => picture.noise(rng, |v| if v < 0.03 { 0.001 } else { 0.008 }),
        Scene::BrainMr
        | Scene::SpineMr
        | Scene::KneeMr
        | Scene::HeartMr
        | Scene::BreastMr
        | Scene::NeckMr => {
            picture.noise(rng, |_| 0.015);
            picture.values.iter_mut().for_each(|v| *v = v.abs());
        }
        _ => picture.noise(rng, |v| 0.006 + 0.008 * v.max(0.0)),
    }
}
