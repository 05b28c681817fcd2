//! Pictures of uptake, and a page of paper.

use super::canvas::{Canvas, Ellipse, arc, texture};
use crate::rng::Rng;

/// Front and back view of the skeleton side by side.
pub(super) fn bone_scan(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.0);
    let tall = h as f32 / w.min(h) as f32;
    for (view, cx) in [(0, -0.25), (1, 0.25)] {
        skeleton(&mut c, cx, tall, view == 1, rng);
    }
    c.blur(0.008);
    c.map(|_, _, v| (1.9 * v).min(1.0));
    c
}

fn skeleton(c: &mut Canvas, cx: f32, tall: f32, from_behind: bool, rng: &mut Rng) {
    let at = |x: f32, y: f32| (cx + x * 0.62, (y - 0.5) * tall);
    let body = [(0.0, 0.05), (0.0, 0.5)].map(|(x, y)| at(x, y));
    c.tube(&body, 0.09, 0.08);
    let skull = at(0.0, 0.075);
    c.bone(Ellipse(skull.0, skull.1, 0.052, 0.04 * tall, 0.0), 0.45);
    let spine = if from_behind { 0.55 } else { 0.35 };
    for level in 0..20 {
        let p = at(0.0, 0.145 + 0.0165 * level as f32);
        c.glow(Ellipse(p.0, p.1, 0.02, 0.012, 0.0), spine);
    }
    for side in [-1.0, 1.0] {
        for rib in 0..8 {
            let p = at(0.0, 0.18 + 0.022 * rib as f32);
            let bow = if from_behind { -0.02 } else { 0.025 };
            c.tube(&arc(p.0, p.1, side * (0.06 + 0.003 * rib as f32), bow, 0.0, 90.0), 0.006, 0.2);
        }
        let hip = at(side * 0.1, 0.46);
        c.glow(Ellipse(hip.0, hip.1, 0.045, 0.05, side * 20.0), 0.5);
        let kidney = at(side * 0.065, 0.37);
        c.glow(Ellipse(kidney.0, kidney.1, 0.02, 0.028, 0.0), if from_behind { 0.5 } else { 0.2 });
        c.tube(&[at(side * 0.17, 0.17), at(side * 0.23, 0.33), at(side * 0.25, 0.48)], 0.013, 0.25);
        let shoulder = at(side * 0.165, 0.165);
        c.glow(Ellipse(shoulder.0, shoulder.1, 0.028, 0.028, 0.0), 0.55);
        c.tube(&[at(side * 0.1, 0.5), at(side * 0.085, 0.7), at(side * 0.08, 0.93)], 0.017, 0.25);
        let knee = at(side * 0.085, 0.71);
        c.glow(Ellipse(knee.0, knee.1, 0.028, 0.03, 0.0), 0.5);
    }
    let bladder = at(0.0, 0.495);
    c.glow(Ellipse(bladder.0, bladder.1, 0.03, 0.028, 0.0), 0.7);
    let lesion = at(rng.range(-0.05, 0.05), 0.3);
    c.glow(Ellipse(lesion.0, lesion.1, 0.018, 0.018, 0.0), 0.9);
}

pub(super) fn brain(w: usize, h: usize, rng: &mut Rng, phase: f32) -> Canvas {
    let mut c = Canvas::new(w, h, 0.01);
    let k = 1.0 - 0.3 * (phase - 0.5) * (phase - 0.5) * 4.0;
    c.fill(Ellipse(0.0, 0.0, 0.3 * k, 0.37 * k, 0.0), 0.12);
    c.line(&arc(0.0, 0.0, 0.25 * k, 0.32 * k, 0.0, 360.0), 0.035, 0.8);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.115, 0.0, 0.07, 0.2, 0.0), 0.36);
        c.fill(Ellipse(side * 0.07, -0.04, 0.03, 0.06, side * 15.0), 0.85);
        c.fill(Ellipse(side * 0.05, 0.06, 0.028, 0.035, 0.0), 0.8);
    }
    c.line(&[(0.0, -0.3), (0.0, -0.12)], 0.02, 0.72);
    c.line(&[(0.0, 0.14), (0.0, 0.3)], 0.03, 0.85);
    c.fill(Ellipse(0.0, 0.0, 0.02, 0.09, 0.0), 0.15);
    c.add(&texture(w, h, rng, 0.1, 3), 0.03);
    c.blur(0.016);
    c
}

pub(super) fn whole_body(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.0);
    let tall = h as f32 / w.min(h) as f32;
    let at = |x: f32, y: f32| (x, (y - 0.5) * tall);
    c.tube(&[at(0.0, 0.2), at(0.0, 0.48)], 0.24, 0.14);
    let head = at(0.0, 0.08);
    c.ball(Ellipse(head.0, head.1, 0.11, 0.07 * tall, 0.0), 0.95);
    for side in [-1.0, 1.0] {
        c.tube(&[at(side * 0.13, 0.5), at(side * 0.12, 0.95)], 0.085, 0.13);
        c.tube(&[at(side * 0.28, 0.2), at(side * 0.36, 0.48)], 0.05, 0.12);
        let kidney = at(side * 0.11, 0.37);
        c.ball(Ellipse(kidney.0, kidney.1, 0.045, 0.03 * tall, 0.0), 0.55);
    }
    let heart = at(0.06, 0.25);
    c.ball(Ellipse(heart.0, heart.1, 0.07, 0.03 * tall, 30.0), 0.6);
    let liver = at(-0.09, 0.32);
    c.ball(Ellipse(liver.0, liver.1, 0.13, 0.035 * tall, 0.0), 0.28);
    let bladder = at(0.0, 0.5);
    c.ball(Ellipse(bladder.0, bladder.1, 0.07, 0.02 * tall, 0.0), 1.0);
    for _ in 0..3 {
        let lesion = at(rng.range(-0.12, 0.12), rng.range(0.2, 0.45));
        c.ball(Ellipse(lesion.0, lesion.1, 0.025, 0.025, 0.0), 0.7);
    }
    c.blur(0.02);
    c
}

/// A scanned page: grey lines where words would be. There is nothing to read on it.
pub(super) fn document(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.95);
    let mut y = -0.42;
    while y < 0.42 {
        let mut x = -0.4;
        let end = if rng.below(4) == 0 { rng.range(-0.1, 0.3) } else { 0.38 };
        while x < end {
            let word = rng.range(0.02, 0.09);
            c.line(&[(x, y), (x + word, y)], 0.009, 0.25);
            x += word + 0.035;
        }
        y += 0.045;
    }
    c
}
