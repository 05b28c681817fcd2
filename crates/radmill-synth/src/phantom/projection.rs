//! Radiographs: what each ray loses is added up, bone is white.

use super::canvas::{Canvas, Ellipse, arc, texture};
use crate::rng::{Rng, exp};

/// Log signal to brightness: a soft shoulder towards white, as detectors and their software give.
fn develop(canvas: &mut Canvas, gain: f32) {
    canvas.map(|_, _, v| 1.0 - exp(-v.max(0.0) * gain));
}

pub(super) fn chest(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.02);
    c.ball(Ellipse(0.0, 0.32, 0.56, 0.86, 0.0), 0.85);
    c.ball(Ellipse(0.0, -0.52, 0.12, 0.26, 0.0), 0.5);
    for side in [-1.0, 1.0] {
        c.ball(Ellipse(side * 0.42, -0.26, 0.2, 0.16, side * 25.0), 0.4);
        let mut lung = Canvas::new(w, h, 0.0);
        lung.fill(Ellipse(side * 0.21, 0.0, 0.155, 0.37, -side * 6.0), 1.0);
        lung.fill(Ellipse(side * 0.24, 0.16, 0.165, 0.24, 0.0), 1.0);
        lung.fill(Ellipse(side * 0.22, 0.47, 0.25, 0.16, 0.0), 0.0);
        lung.blur(0.012);
        c.add(&lung, -0.62);
    }
    vessels(&mut c, rng);
    for rib in 0..9 {
        let y = -0.33 + 0.082 * rib as f32;
        let spread = 0.26 + 0.16 * (1.0 - exp(-(rib as f32) * 0.7));
        for side in [-1.0, 1.0] {
            let back = arc(side * 0.03, y + 0.1, side * spread * 0.9, 0.11, -92.0, 12.0);
            c.long_bone(&back, 0.017, 0.21);
            let front = arc(side * 0.06, y + 0.13, side * spread * 0.86, 0.16, 8.0, 62.0);
            c.long_bone(&front, 0.015, 0.12);
        }
    }
    for side in [-1.0, 1.0] {
        c.long_bone(&[(side * 0.03, -0.34), (side * 0.17, -0.36), (side * 0.36, -0.42)], 0.018, 0.4);
        c.bone(Ellipse(side * 0.45, -0.36, 0.055, 0.06, 0.0), 0.5);
        c.long_bone(&[(side * 0.3, -0.2), (side * 0.41, -0.36)], 0.03, 0.2);
    }
    for level in 0..13 {
        c.bone(Ellipse(0.0, -0.5 + 0.082 * level as f32, 0.042, 0.034, 0.0), 0.25);
    }
    c.tube(&[(0.0, -0.6), (0.0, 0.6)], 0.075, 0.3);
    let tilt = rng.range(-6.0, 6.0);
    c.ball(Ellipse(0.075, 0.16, 0.165, 0.145, 30.0 + tilt), 0.75);
    c.ball(Ellipse(0.06, -0.14, 0.05, 0.055, 0.0), 0.4);
    c.tube(&[(0.0, -0.6), (0.0, -0.12)], 0.018, -0.22);
    c.ball(Ellipse(0.22, 0.36, 0.06, 0.045, 0.0), -0.3);
    c.add(&texture(w, h, rng, 0.12, 5), 0.035);
    develop(&mut c, 1.15);
    c
}

/// Vessels that branch out from both hila.
fn vessels(c: &mut Canvas, rng: &mut Rng) {
    for side in [-1.0, 1.0] {
        c.glow(Ellipse(side * 0.09, 0.02, 0.08, 0.12, 0.0), 0.35);
        for branch in 0..9 {
            let angle = -75.0 + branch as f32 * 18.0 + rng.range(-6.0, 6.0);
            let end =
                arc(side * 0.08, 0.02, side * rng.range(0.17, 0.25), rng.range(0.24, 0.34), angle, angle)[0];
            let bend = ((side * 0.08 + end.0) / 2.0 + rng.range(-0.02, 0.02), (0.02 + end.1) / 2.0 + 0.02);
            c.tube(&[(side * 0.08, 0.02), bend], 0.011, 0.16);
            c.tube(&[bend, end], 0.006, 0.1);
            c.tube(&[bend, (end.0, end.1 + rng.range(-0.08, 0.08))], 0.005, 0.09);
        }
    }
}

pub(super) fn abdomen(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.05);
    c.ball(Ellipse(0.0, 0.0, 0.54, 1.0, 0.0), 0.95);
    c.ball(Ellipse(-0.26, -0.36, 0.24, 0.2, 15.0), 0.25);
    for side in [-1.0, 1.0] {
        c.ball(Ellipse(side * 0.17, -0.12, 0.06, 0.11, side * 14.0), 0.15);
        c.long_bone(&arc(side * 0.1, -0.5, side * 0.34, 0.24, 0.0, 80.0), 0.018, 0.2);
        c.bone(Ellipse(side * 0.25, 0.42, 0.19, 0.2, side * 30.0), 0.45);
        c.bone(Ellipse(side * 0.3, 0.62, 0.08, 0.08, 0.0), 0.5);
    }
    for _ in 0..26 {
        let (x, y) = (rng.range(-0.32, 0.32), rng.range(-0.22, 0.36));
        let edge = if x.abs() > 0.22 { 0.06 } else { 0.035 };
        c.ball(Ellipse(x, y, rng.range(0.02, edge), rng.range(0.02, edge), rng.range(0.0, 90.0)), -0.3);
    }
    c.ball(Ellipse(0.2, -0.38, 0.1, 0.07, 0.0), -0.45);
    lumbar_column(&mut c, -0.6, 0.3);
    c.bone(Ellipse(0.0, 0.42, 0.1, 0.13, 0.0), 0.4);
    c.add(&texture(w, h, rng, 0.15, 5), 0.04);
    develop(&mut c, 1.0);
    c
}

fn lumbar_column(c: &mut Canvas, from: f32, to: f32) {
    let mut y = from;
    while y < to {
        c.bone(Ellipse(0.0, y, 0.07, 0.05, 0.0), 0.5);
        c.bone(Ellipse(0.0, y + 0.02, 0.014, 0.03, 0.0), 0.4);
        c.tube(&[(-0.12, y - 0.005), (0.12, y - 0.005)], 0.012, 0.14);
        for side in [-1.0, 1.0] {
            c.bone(Ellipse(side * 0.043, y - 0.01, 0.013, 0.018, 0.0), 0.3);
        }
        y += 0.125;
    }
}

pub(super) fn hand(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.03);
    // Each finger: base, direction, lengths of metacarpal and phalanges.
    let rays: [(f32, f32, f32, f32, f32); 5] = [
        (-0.13, 0.17, -0.235, -0.12, 0.62),
        (-0.075, 0.08, -0.09, -0.275, 0.95),
        (-0.02, 0.065, -0.015, -0.3, 1.04),
        (0.04, 0.075, 0.06, -0.28, 0.98),
        (0.095, 0.1, 0.14, -0.24, 0.8),
    ];
    let mut flesh = Canvas::new(w, h, 0.0);
    flesh.fill(Ellipse(-0.01, 0.08, 0.19, 0.2, 0.0), 1.0);
    flesh.line(&[(-0.01, 0.1), (0.0, 0.7)], 0.115, 1.0);
    for (x, y, tip_x, tip_y, length) in rays {
        let end = (tip_x + (tip_x - x) * 0.6 * length, tip_y + (tip_y - y) * 0.45 * length);
        flesh.line(&[(x, y), end], 0.042, 1.0);
    }
    flesh.blur(0.012);
    c.add(&flesh, 0.42);
    for (x, y, tip_x, tip_y, length) in rays {
        let end = (tip_x + (tip_x - x) * 0.6 * length, tip_y + (tip_y - y) * 0.45 * length);
        let at = |t: f32| (x + (end.0 - x) * t, y + (end.1 - y) * t);
        let joints: &[(f32, f32)] = if length < 0.7 {
            &[(0.0, 0.33), (0.38, 0.7), (0.75, 0.97)]
        } else {
            &[(0.0, 0.37), (0.41, 0.68), (0.71, 0.86), (0.89, 0.99)]
        };
        for (index, &(from, to)) in joints.iter().enumerate() {
            let radius = 0.0155 - 0.0025 * index as f32;
            c.long_bone(&[at(from), at(to)], radius, 0.55);
            c.bone(Ellipse(at(from).0, at(from).1, radius * 1.45, radius * 1.2, 0.0), 0.3);
            c.bone(Ellipse(at(to).0, at(to).1, radius * 1.35, radius * 1.1, 0.0), 0.25);
        }
    }
    for (x, y) in [
        (-0.09, 0.2),
        (-0.045, 0.185),
        (0.005, 0.18),
        (0.055, 0.195),
        (-0.075, 0.25),
        (-0.02, 0.245),
        (0.045, 0.25),
    ] {
        c.bone(Ellipse(x, y, 0.03, 0.027, rng.range(0.0, 90.0)), 0.5);
    }
    c.long_bone(&[(-0.05, 0.32), (-0.045, 0.8)], 0.042, 0.6);
    c.bone(Ellipse(-0.05, 0.3, 0.06, 0.03, 0.0), 0.4);
    c.long_bone(&[(0.06, 0.33), (0.05, 0.8)], 0.027, 0.6);
    let grain = texture(w, h, rng, 0.03, 4);
    let mut spongy = grain;
    for (value, here) in spongy.values.iter_mut().zip(&c.values) {
        *value *= 0.09 * here;
    }
    c.add(&spongy, 1.0);
    develop(&mut c, 1.5);
    c
}

pub(super) fn knee(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.03);
    c.tube(&[(0.0, -0.9), (0.0, -0.1)], 0.27, 0.5);
    c.tube(&[(0.0, 0.0), (0.0, 0.9)], 0.23, 0.45);
    c.ball(Ellipse(0.0, 0.0, 0.27, 0.3, 0.0), 0.15);
    c.long_bone(&[(0.0, -0.9), (0.0, -0.2)], 0.085, 0.75);
    c.bone(Ellipse(-0.085, -0.09, 0.1, 0.095, 0.0), 0.55);
    c.bone(Ellipse(0.085, -0.09, 0.1, 0.095, 0.0), 0.55);
    c.ball(Ellipse(0.0, -0.14, 0.07, 0.085, 0.0), 0.3);
    c.bone(Ellipse(0.0, 0.075, 0.18, 0.065, 0.0), 0.65);
    c.tube(&[(-0.16, 0.038), (-0.02, 0.034)], 0.01, 0.3);
    c.tube(&[(0.16, 0.038), (0.02, 0.034)], 0.01, 0.3);
    c.ball(Ellipse(-0.018, 0.025, 0.018, 0.03, 0.0), 0.3);
    c.ball(Ellipse(0.018, 0.025, 0.018, 0.03, 0.0), 0.3);
    c.long_bone(&[(0.0, 0.16), (0.0, 0.9)], 0.095, 0.7);
    c.long_bone(&[(0.175, 0.17), (0.165, 0.9)], 0.032, 0.5);
    c.bone(Ellipse(0.17, 0.14, 0.042, 0.045, 0.0), 0.4);
    let mut spongy = texture(w, h, rng, 0.025, 4);
    for (value, here) in spongy.values.iter_mut().zip(&c.values) {
        *value *= 0.06 * here;
    }
    c.add(&spongy, 1.0);
    develop(&mut c, 0.85);
    c
}

pub(super) fn pelvis(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.04);
    c.ball(Ellipse(0.0, 0.05, 0.62, 0.9, 0.0), 0.75);
    c.ball(Ellipse(0.0, 0.05, 0.1, 0.12, 0.0), -0.12);
    lumbar_column(&mut c, -0.62, -0.25);
    c.bone(Ellipse(0.0, -0.08, 0.12, 0.17, 0.0), 0.55);
    for side in [-1.0, 1.0] {
        c.bone(Ellipse(side * 0.27, -0.17, 0.19, 0.2, side * 35.0), 0.55);
        c.tube(&arc(side * 0.24, -0.16, side * 0.2, 0.2, -120.0, 10.0), 0.016, 0.35);
        c.bone(Ellipse(side * 0.27, 0.07, 0.1, 0.1, 0.0), 0.5);
        c.long_bone(&[(side * 0.24, 0.06), (side * 0.045, 0.14)], 0.032, 0.5);
        c.long_bone(&[(side * 0.24, 0.1), (side * 0.2, 0.27), (side * 0.05, 0.2)], 0.032, 0.5);
        c.ball(Ellipse(side * 0.285, 0.075, 0.068, 0.068, 0.0), 0.45);
        c.long_bone(&[(side * 0.29, 0.08), (side * 0.39, 0.17)], 0.046, 0.5);
        c.bone(Ellipse(side * 0.415, 0.13, 0.05, 0.06, 0.0), 0.4);
        c.long_bone(&[(side * 0.4, 0.17), (side * 0.36, 0.8)], 0.062, 0.65);
    }
    c.add(&texture(w, h, rng, 0.08, 5), 0.04);
    develop(&mut c, 0.75);
    c
}

pub(super) fn neck_spine(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.03);
    c.ball(Ellipse(-0.03, -0.62, 0.42, 0.34, 0.0), 1.1);
    c.tube(&[(-0.02, -0.5), (0.02, 0.1), (0.06, 0.8)], 0.22, 0.55);
    c.ball(Ellipse(0.15, 0.75, 0.55, 0.36, 0.0), 0.9);
    c.bone(Ellipse(-0.02, -0.62, 0.4, 0.3, 0.0), 0.25);
    c.long_bone(&[(0.02, -0.4), (-0.16, -0.24), (-0.31, -0.26)], 0.035, 0.5);
    c.tube(&[(-0.12, -0.25), (-0.1, 0.1), (-0.07, 0.5)], 0.035, -0.25);
    c.long_bone(&[(-0.16, -0.1), (-0.08, -0.12)], 0.012, 0.35);
    for level in 0..8 {
        let t = level as f32;
        let x = 0.03 - 0.045 * (1.0 - (t - 3.5) * (t - 3.5) / 12.0) + 0.012 * t;
        let y = -0.36 + 0.115 * t;
        c.bone(Ellipse(x, y, 0.062, 0.042, 8.0 - 3.0 * t), 0.75);
        c.bone(Ellipse(x + 0.1, y + 0.02, 0.035, 0.03, 25.0), 0.35);
        c.long_bone(&[(x + 0.11, y + 0.03), (x + 0.2 + 0.01 * t, y + 0.065)], 0.018, 0.5);
    }
    c.long_bone(&[(0.0, -0.44), (0.0, -0.34)], 0.02, 0.4);
    c.add(&texture(w, h, rng, 0.1, 5), 0.04);
    develop(&mut c, 1.2);
    c
}

pub(super) fn mammogram(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let left = -(w as f32) / w.min(h) as f32 / 2.0;
    let mut shape = Canvas::new(w, h, 0.0);
    let depth = rng.range(0.62, 0.78);
    shape.fill(Ellipse(left - 0.02, 0.04, depth, 0.56, 0.0), 1.0);
    shape.fill(Ellipse(left + depth - 0.02, 0.04, 0.025, 0.03, 0.0), 1.0);
    let mut thick = shape.clone();
    thick.blur(0.03);
    // Gland: ridged texture, densest behind the nipple.
    let mut gland = texture(w, h, rng, 0.16, 6);
    gland.map(|x, y, v| {
        let (u, v2) = ((x - left - depth * 0.52) / (depth * 0.5), (y - 0.02) / 0.4);
        let place = (1.0 - u * u - v2 * v2).max(0.0);
        (1.0 - 2.2 * v.abs()).max(-0.2) * place
    });
    let mut c = Canvas::new(w, h, 0.0);
    for index in 0..c.values.len() {
        let body = shape.values[index] * thick.values[index];
        c.values[index] =
            body * (0.26 + 0.34 * thick.values[index] * 0.5 + 0.42 * gland.values[index].max(-0.1));
    }
    let mut strands = Canvas::new(w, h, 0.0);
    for _ in 0..22 {
        let start = (left + rng.range(0.05, 0.3), rng.range(-0.38, 0.42));
        let bend = (start.0 + rng.range(0.06, 0.16), start.1 * 0.8 + rng.range(-0.03, 0.03));
        strands.tube(
            &[start, bend, (left + depth * rng.range(0.75, 0.97), 0.04 + start.1 * 0.25)],
            0.006,
            0.09,
        );
    }
    for _ in 0..7 {
        let (x, y) = (left + depth * rng.range(0.45, 0.6), rng.range(-0.06, 0.1));
        strands.ball(Ellipse(x, y, 0.006, 0.006, 0.0), 0.3);
    }
    strands.ball(Ellipse(left + depth * 0.5, 0.13, 0.045, 0.035, 20.0), 0.16);
    for (value, cover) in strands.values.iter_mut().zip(&shape.values) {
        *value *= cover;
    }
    c.add(&strands, 1.0);
    c.map(|_, _, v| v.clamp(0.0, 1.0));
    c
}

pub(super) fn angiogram(w: usize, h: usize, rng: &mut Rng, phase: f32) -> Canvas {
    let mut c = Canvas::new(w, h, 0.62);
    c.ball(Ellipse(0.1, 0.15, 0.55, 0.5, 0.0), -0.14);
    c.tube(&[(0.3, -0.7), (0.33, 0.7)], 0.1, -0.12);
    for rib in 0..4 {
        c.long_bone(&arc(0.4, -0.5 + 0.3 * rib as f32, 0.8, 0.35, 110.0, 180.0), 0.025, -0.06);
    }
    c.add(&texture(w, h, rng, 0.15, 4), 0.035);
    c.tube(&[(-0.34, -0.7), (-0.28, -0.38), (-0.2, -0.31)], 0.012, -0.22);
    // Contrast fills the tree from its root: how far depends on the frame.
    let filled = 0.25 + 1.1 * phase;
    let mut vessels = Canvas::new(w, h, 0.0);
    branch(&mut vessels, rng, (-0.2, -0.31), 35.0, 0.024, 0, filled);
    branch(&mut vessels, rng, (-0.2, -0.31), 78.0, 0.021, 0, filled);
    vessels.map(|_, _, v| v.min(0.034));
    c.add(&vessels, -13.0);
    c.map(|x, y, v| if x * x + y * y > 0.27 { 0.02 } else { v.clamp(0.03, 1.0) });
    c
}

/// A winding vessel that gives off smaller ones; `filled` is the length that contrast has reached.
fn branch(
    c: &mut Canvas,
    rng: &mut Rng,
    start: (f32, f32),
    angle: f32,
    radius: f32,
    depth: u32,
    filled: f32,
) {
    let (mut at, mut angle, mut left) = (start, angle, filled);
    for step in 0..9 {
        angle += rng.range(-16.0, 17.0);
        let length = 0.062 - 0.008 * depth as f32;
        let next = arc(at.0, at.1, length, length, angle, angle)[0];
        let narrow = radius * (1.0 - 0.055 * step as f32);
        if left > 0.0 {
            c.tube(&[at, next], narrow, narrow);
        }
        if depth < 2 && step % 2 == 1 {
            let turn = if rng.below(2) == 0 { 42.0 } else { -42.0 };
            branch(c, rng, next, angle + turn, narrow * 0.62, depth + 1, left);
        }
        left -= length;
        at = next;
    }
}
