//! MR slices: fat and fluid bright or dark as the usual sequences show them.

use super::canvas::{Canvas, Ellipse, arc, texture};
use crate::rng::Rng;

/// Soft tissue texture, the uneven sensitivity of the coil, and the blur of the sampling.
fn finish(mut c: Canvas, rng: &mut Rng) -> Canvas {
    let (w, h) = (c.width, c.height);
    let grain = texture(w, h, rng, 0.07, 4);
    let bias = texture(w, h, rng, 0.8, 1);
    c.blur(0.003);
    for index in 0..c.values.len() {
        let value = c.values[index];
        c.values[index] = value * (1.0 + 0.12 * grain.values[index]) * (1.0 + 0.25 * bias.values[index]);
    }
    c
}

pub(super) fn brain(w: usize, h: usize, rng: &mut Rng, phase: f32) -> Canvas {
    let mut c = Canvas::new(w, h, 0.0);
    let k = 1.0 - 0.35 * (phase - 0.45) * (phase - 0.45) * 4.0;
    c.fill(Ellipse(0.0, 0.0, 0.36 * k, 0.44 * k, 0.0), 0.75);
    c.fill(Ellipse(0.0, 0.0, 0.342 * k, 0.42 * k, 0.0), 0.08);
    c.fill(Ellipse(0.0, 0.0, 0.325 * k, 0.4 * k, 0.0), 0.9);
    let (bx, by) = (0.31 * k, 0.385 * k);
    c.fill(Ellipse(0.0, 0.0, bx, by, 0.0), 0.52);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * bx * 0.47, 0.0, bx * 0.36, by * 0.78, side * 4.0), 0.36);
        for fold in 0..15 {
            let angle = -84.0 + 12.0 * fold as f32 + rng.range(-4.0, 4.0);
            let edge = arc(0.0, 0.0, side * bx, by, angle, angle)[0];
            let depth = rng.range(0.72, 0.85);
            let inner =
                (edge.0 * depth + rng.range(-0.015, 0.015), edge.1 * depth + rng.range(-0.015, 0.015));
            c.line(&[edge, inner], 0.013, 0.53);
            c.line(&[edge, inner], 0.0042, 0.9);
        }
        c.fill(Ellipse(side * 0.1 * k, 0.0, 0.04, 0.065, side * 18.0), 0.5);
        c.line(&arc(side * 0.015, -0.04, side * 0.055, 0.1, -80.0, 5.0), 0.015, 0.95);
        c.line(&[(side * 0.045, 0.08), (side * 0.075, 0.18)], 0.017, 0.95);
    }
    c.line(&[(0.0, -by), (0.0, -0.1)], 0.004, 0.88);
    c.line(&[(0.0, 0.12), (0.0, by)], 0.004, 0.88);
    finish(c, rng)
}

pub(super) fn spine(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.02);
    c.line(&[(0.02, -0.9), (0.02, 0.9)], 0.36, 0.3);
    c.line(&[(0.26, -0.9), (0.3, 0.0), (0.26, 0.9)], 0.1, 0.75);
    c.line(&[(0.18, -0.9), (0.22, 0.0), (0.2, 0.9)], 0.06, 0.35);
    c.add(&texture(w, h, rng, 0.12, 4), 0.06);
    let curve = |t: f32| -0.03 - 0.07 * (1.0 - (t - 0.5) * (t - 0.5) * 4.0);
    let canal: Vec<(f32, f32)> =
        (0..=12).map(|i| (curve(i as f32 / 12.0) + 0.13, -0.6 + 0.1 * i as f32)).collect();
    c.line(&canal, 0.038, 0.92);
    let cord: Vec<(f32, f32)> = canal.iter().take(7).map(|&(x, y)| (x, y)).collect();
    c.line(&cord, 0.018, 0.42);
    for root in 0..5 {
        let shift = -0.02 + 0.009 * root as f32;
        let strand: Vec<(f32, f32)> = canal.iter().skip(6).map(|&(x, y)| (x + shift, y)).collect();
        c.line(&strand, 0.0025, 0.55);
    }
    for level in 0..8 {
        let t = level as f32 / 7.0;
        let (x, y) = (curve(t), -0.52 + 0.15 * level as f32);
        let tilt = (t - 0.5) * 22.0;
        let shift = tilt * 0.0012;
        for dy in [-0.035, 0.0, 0.035] {
            c.line(&[(x - 0.05, y + dy - shift), (x + 0.05, y + dy + shift)], 0.026, 0.5);
        }
        let disc = if level == 5 { 0.18 } else { 0.62 };
        c.line(&[(x - 0.052, y + 0.075), (x + 0.055, y + 0.075)], 0.017, 0.12);
        c.line(&[(x - 0.035, y + 0.075), (x + 0.035, y + 0.075)], 0.01, disc);
        if level == 5 {
            c.fill(Ellipse(x + 0.085, y + 0.075, 0.025, 0.016, 0.0), 0.2);
        }
        c.fill(Ellipse(x + 0.23, y + 0.03, 0.06, 0.032, 20.0), 0.48);
    }
    finish(c, rng)
}

pub(super) fn knee(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.01);
    c.line(&[(0.06, -0.7), (0.03, 0.0), (0.05, 0.7)], 0.35, 0.8);
    c.line(&[(0.2, -0.7), (0.2, -0.1)], 0.1, 0.3);
    c.line(&[(0.22, 0.1), (0.2, 0.7)], 0.11, 0.3);
    c.line(&[(-0.06, -0.7), (-0.04, -0.22)], 0.115, 0.1);
    c.line(&[(-0.06, -0.7), (-0.04, -0.22)], 0.1, 0.72);
    c.fill(Ellipse(0.0, -0.1, 0.19, 0.15, 0.0), 0.28);
    c.fill(Ellipse(0.0, -0.11, 0.172, 0.134, 0.0), 0.1);
    c.fill(Ellipse(0.0, -0.11, 0.162, 0.126, 0.0), 0.7);
    c.fill(Ellipse(0.01, 0.15, 0.19, 0.1, 0.0), 0.28);
    c.fill(Ellipse(0.01, 0.165, 0.178, 0.096, 0.0), 0.1);
    c.fill(Ellipse(0.01, 0.168, 0.168, 0.088, 0.0), 0.68);
    c.line(&[(0.0, 0.24), (0.02, 0.8)], 0.115, 0.1);
    c.line(&[(0.0, 0.22), (0.02, 0.8)], 0.102, 0.68);
    c.fill(Ellipse(-0.25, -0.13, 0.05, 0.085, 8.0), 0.1);
    c.fill(Ellipse(-0.25, -0.13, 0.04, 0.073, 8.0), 0.7);
    c.line(&[(-0.28, -0.2), (-0.24, -0.5), (-0.2, -0.7)], 0.016, 0.05);
    c.line(&[(-0.27, -0.06), (-0.2, 0.2)], 0.015, 0.05);
    c.line(&[(-0.16, 0.035), (-0.09, 0.03)], 0.02, 0.06);
    c.line(&[(0.12, 0.035), (0.18, 0.03)], 0.022, 0.06);
    c.line(&[(0.06, -0.06), (-0.03, 0.08)], 0.016, 0.1);
    c.line(&[(-0.02, -0.02), (0.12, 0.1)], 0.018, 0.06);
    finish(c, rng)
}

pub(super) fn heart(w: usize, h: usize, rng: &mut Rng, phase: f32) -> Canvas {
    let mut c = Canvas::new(w, h, 0.0);
    c.fill(Ellipse(0.0, 0.0, 0.49, 0.42, 0.0), 0.8);
    c.fill(Ellipse(0.0, 0.0, 0.45, 0.38, 0.0), 0.3);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.27, 0.03, 0.14, 0.25, side * 6.0), 0.05);
    }
    c.fill(Ellipse(-0.27, 0.25, 0.17, 0.13, 10.0), 0.38);
    let squeeze = 1.0 - 0.3 * phase;
    c.fill(Ellipse(0.06, -0.02, 0.165, 0.165, 0.0), 0.35);
    c.fill(Ellipse(0.06, -0.02, 0.15, 0.15, 0.0), 0.2);
    c.fill(Ellipse(0.06, -0.02, 0.1 * squeeze, 0.1 * squeeze, 0.0), 0.85);
    c.fill(Ellipse(0.06 + 0.055 * squeeze, 0.02, 0.018, 0.018, 0.0), 0.25);
    c.fill(Ellipse(0.06 - 0.04 * squeeze, 0.045, 0.018, 0.016, 0.0), 0.25);
    c.line(&arc(0.04, -0.02, 0.185, 0.17, 120.0, 245.0), 0.04 * squeeze + 0.01, 0.8);
    c.fill(Ellipse(0.06, 0.22, 0.033, 0.033, 0.0), 0.85);
    c.fill(Ellipse(0.0, 0.27, 0.055, 0.05, 0.0), 0.42);
    finish(c, rng)
}

pub(super) fn breast(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.0);
    c.fill(Ellipse(0.0, 0.38, 0.5, 0.22, 0.0), 0.3);
    c.fill(Ellipse(0.0, 0.42, 0.36, 0.16, 0.0), 0.06);
    c.fill(Ellipse(0.02, 0.36, 0.1, 0.09, 0.0), 0.65);
    let clouds = texture(w, h, rng, 0.1, 5);
    for side in [-1.0, 1.0] {
        let mut one = Canvas::new(w, h, 0.0);
        one.fill(Ellipse(side * 0.24, 0.02, 0.2, 0.27, side * 6.0), 0.5);
        c.fill(Ellipse(side * 0.24, 0.02, 0.2, 0.27, side * 6.0), 0.42);
        let mut gland = Canvas::new(w, h, 0.0);
        gland.glow(Ellipse(side * 0.25, -0.04, 0.17, 0.22, 0.0), 1.4);
        for index in 0..c.values.len() {
            let cloud = (1.0 - 2.5 * clouds.values[index].abs()).max(0.0);
            c.values[index] -= 0.3 * gland.values[index] * cloud * one.values[index].min(1.0);
        }
        c.line(&[(side * 0.25, -0.25), (side * 0.26, -0.28)], 0.012, 0.5);
    }
    c.fill(Ellipse(-0.2, 0.03, 0.032, 0.026, 30.0), 0.98);
    finish(c, rng)
}

pub(super) fn neck(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.0);
    c.fill(Ellipse(0.0, 0.0, 0.36, 0.33, 0.0), 0.85);
    c.fill(Ellipse(0.0, 0.0, 0.33, 0.3, 0.0), 0.6);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.17, 0.14, 0.12, 0.11, side * 20.0), 0.22);
        c.fill(Ellipse(side * 0.07, 0.2, 0.06, 0.075, 0.0), 0.24);
        c.fill(Ellipse(side * 0.22, -0.06, 0.042, 0.09, -side * 30.0), 0.22);
        c.fill(Ellipse(side * 0.135, -0.03, 0.026, 0.026, 0.0), 0.02);
        c.fill(Ellipse(side * 0.165, -0.005, 0.034, 0.029, 0.0), 0.05);
        c.fill(Ellipse(side * 0.078, -0.1, 0.04, 0.07, side * 12.0), 0.62);
        c.fill(Ellipse(side * 0.19, 0.03, 0.018, 0.014, 0.0), 0.75);
    }
    c.fill(Ellipse(0.0, -0.11, 0.06, 0.06, 0.0), 0.3);
    c.fill(Ellipse(0.0, -0.108, 0.05, 0.052, 0.0), 0.0);
    c.fill(Ellipse(0.0, 0.06, 0.062, 0.05, 0.0), 0.5);
    c.fill(Ellipse(0.0, 0.13, 0.035, 0.026, 0.0), 0.95);
    c.fill(Ellipse(0.0, 0.13, 0.02, 0.013, 0.0), 0.4);
    finish(c, rng)
}
