//! Ultrasound: echoes drawn in the plane, covered with speckle, cut to the sector or the field of the transducer.

use super::canvas::{Canvas, Ellipse, arc, texture};
use crate::rng::Rng;

/// Speckle is multiplicative; with depth it grows coarser and the echoes weaker.
fn speckle(mut c: Canvas, noise: &mut Rng) -> Canvas {
    c.blur(0.006);
    let (w, h) = (c.width, c.height);
    let mut grain = Canvas::new(w, h, 0.0);
    grain.map(|_, _, _| noise.normal());
    grain.blur(0.0045);
    let strength = 1.1 * w.min(h) as f32 / 128.0;
    let strength = (0.55 * strength).clamp(0.5, 2.2);
    for index in 0..c.values.len() {
        let (_, y) = c.coordinates(index % w, index / w);
        let fade = 1.0 - 0.35 * (y + 0.45);
        let value = c.values[index] * fade * (1.0 + strength * grain.values[index]);
        c.values[index] = value.max(0.0);
    }
    c
}

/// Cuts a sector with its apex above the picture; outside is black.
fn sector(mut c: Canvas, half_angle_tangent: f32, apex: f32, inner: f32) -> Canvas {
    c.map(|x, y, v| {
        let dy = y - apex;
        let r = (x * x + dy * dy).sqrt();
        let inside = dy > 0.0 && x.abs() < dy * half_angle_tangent && r > inner && r < 0.47 - apex;
        if inside { v.clamp(0.03, 1.0) } else { 0.0 }
    });
    c
}

/// Cuts the rectangle of a linear transducer, with a grey scale at the right.
fn rectangle(mut c: Canvas) -> Canvas {
    c.map(|x, y, v| {
        if x.abs() < 0.42 && y.abs() < 0.46 {
            v.clamp(0.03, 1.0)
        } else if (0.45..0.465).contains(&x) && y.abs() < 0.3 {
            0.5 - y / 0.6
        } else {
            0.0
        }
    });
    c
}

/// Apical four-chamber view; `phase` runs through one beat.
pub(super) fn echo(w: usize, h: usize, rng: &mut Rng, noise: &mut Rng, phase: f32) -> Canvas {
    let beat = 1.0 - 4.0 * (phase - 0.5) * (phase - 0.5);
    let mut c = Canvas::new(w, h, 0.3);
    c.add(&texture(w, h, rng, 0.1, 3), 0.08);
    c.fill(Ellipse(0.02, 0.0, 0.235, 0.42, -4.0), 0.46);
    let squeeze = 1.0 - 0.26 * beat;
    c.fill(Ellipse(0.1, -0.11, 0.085 * squeeze, 0.19 * (1.0 - 0.1 * beat), -8.0), 0.04);
    c.fill(Ellipse(-0.095, -0.06, 0.06 * squeeze, 0.14, 10.0), 0.05);
    let fill = 1.0 + 0.12 * beat;
    c.fill(Ellipse(0.1, 0.235, 0.09 * fill, 0.105, 0.0), 0.04);
    c.fill(Ellipse(-0.09, 0.225, 0.08 * fill, 0.1, 0.0), 0.05);
    c.line(&[(0.0, -0.3), (0.003, 0.1)], 0.02, 0.62);
    c.line(&[(0.003, 0.1), (0.0, 0.34)], 0.008, 0.7);
    let open = 0.075 * (1.0 - beat);
    c.line(&[(0.19, 0.115), (0.135 + open * 0.5, 0.09 - open)], 0.008, 0.95);
    c.line(&[(0.012, 0.11), (0.065 - open * 0.5, 0.085 - open)], 0.008, 0.95);
    c.line(&[(-0.17, 0.11), (-0.11 - open * 0.4, 0.095 - open * 0.8)], 0.007, 0.9);
    c.line(&[(0.0, 0.1), (-0.055 + open * 0.4, 0.09 - open * 0.8)], 0.007, 0.9);
    c.line(&arc(0.02, 0.0, 0.24, 0.43, -10.0, 100.0), 0.01, 0.85);
    sector(speckle(c, noise), 0.72, -0.5, 0.04)
}

pub(super) fn abdomen(w: usize, h: usize, rng: &mut Rng, noise: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.42);
    c.add(&texture(w, h, rng, 0.05, 3), 0.07);
    for layer in 0..4 {
        let y = -0.36 + 0.022 * layer as f32;
        c.line(&arc(0.0, y + 0.55, 0.75, 0.55, -120.0, -60.0), 0.006, 0.8 - 0.1 * layer as f32);
    }
    for _ in 0..6 {
        let (x, y) = (rng.range(-0.25, 0.15), rng.range(-0.2, 0.05));
        c.line(&[(x, y), (x + 0.06, y + 0.025)], 0.011, 0.06);
        c.line(&[(x, y - 0.014), (x + 0.06, y + 0.011)], 0.003, 0.8);
    }
    c.line(&arc(0.05, 0.5, 0.5, 0.36, -150.0, -50.0), 0.006, 1.0);
    c.fill(Ellipse(0.1, 0.17, 0.19, 0.095, -14.0), 0.26);
    c.fill(Ellipse(0.1, 0.17, 0.115, 0.042, -14.0), 0.72);
    for pyramid in 0..5 {
        let at = arc(0.1, 0.17, 0.145, 0.068, -160.0 + 32.0 * pyramid as f32, 0.0)[0];
        c.fill(Ellipse(at.0, at.1, 0.016, 0.014, 0.0), 0.1);
    }
    c.fill(Ellipse(-0.17, 0.08, 0.05, 0.085, 30.0), 0.02);
    c.line(&arc(-0.17, 0.08, 0.055, 0.09, 0.0, 360.0), 0.004, 0.75);
    c.line(&[(-0.19, 0.2), (-0.22, 0.5)], 0.035, 0.62);
    sector(speckle(c, noise), 0.62, -0.72, 0.33)
}

pub(super) fn thyroid(w: usize, h: usize, rng: &mut Rng, noise: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.3);
    c.add(&texture(w, h, rng, 0.04, 3), 0.06);
    for layer in 0..3 {
        c.line(&[(-0.5, -0.42 + 0.05 * layer as f32), (0.5, -0.41 + 0.05 * layer as f32)], 0.006, 0.75);
    }
    c.fill(Ellipse(-0.24, -0.24, 0.2, 0.055, 12.0), 0.18);
    c.fill(Ellipse(0.24, -0.24, 0.2, 0.055, -12.0), 0.18);
    c.fill(Ellipse(-0.17, -0.03, 0.13, 0.14, 15.0), 0.58);
    c.fill(Ellipse(0.17, -0.03, 0.13, 0.14, -15.0), 0.58);
    c.line(&[(-0.12, -0.13), (0.12, -0.13)], 0.03, 0.58);
    c.fill(Ellipse(0.0, 0.06, 0.1, 0.1, 0.0), 0.1);
    c.line(&arc(0.0, 0.08, 0.105, 0.14, -155.0, -25.0), 0.009, 1.0);
    c.line(&[(0.0, 0.1), (0.0, 0.5)], 0.09, 0.08);
    c.fill(Ellipse(-0.19, -0.02, 0.045, 0.038, 0.0), 0.22);
    c.line(&arc(-0.19, -0.02, 0.048, 0.041, 0.0, 360.0), 0.004, 0.75);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.335, 0.0, 0.055, 0.055, 0.0), 0.02);
        c.line(&arc(side * 0.335, 0.0, 0.058, 0.058, 0.0, 360.0), 0.004, 0.8);
    }
    rectangle(speckle(c, noise))
}

pub(super) fn breast(w: usize, h: usize, rng: &mut Rng, noise: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, 0.34);
    c.line(&[(-0.5, -0.44), (0.5, -0.44)], 0.018, 0.85);
    c.fill(Ellipse(0.0, -0.3, 0.6, 0.1, 0.0), 0.22);
    let clouds = texture(w, h, rng, 0.12, 4);
    c.map(|_, y, v| if (-0.24..0.2).contains(&y) { 0.55 } else { v });
    c.add(&clouds, 0.18);
    for _ in 0..9 {
        let (x, y) = (rng.range(-0.5, 0.4), rng.range(-0.35, -0.18));
        c.line(&[(x, y), (x + 0.1, y + rng.range(-0.03, 0.05)), (x + 0.2, y)], 0.004, 0.85);
    }
    c.line(&[(-0.5, 0.22), (0.5, 0.24)], 0.01, 0.8);
    c.fill(Ellipse(0.0, 0.3, 0.6, 0.06, 0.0), 0.25);
    c.line(&arc(-0.25, 0.42, 0.13, 0.06, -160.0, -20.0), 0.009, 0.95);
    c.line(&arc(0.22, 0.42, 0.13, 0.06, -160.0, -20.0), 0.009, 0.95);
    c.fill(Ellipse(0.03, -0.02, 0.11, 0.075, -6.0), 0.13);
    c.line(&arc(0.03, -0.02, 0.112, 0.077, 190.0, 350.0), 0.004, 0.8);
    c.glow(Ellipse(0.03, 0.16, 0.11, 0.14, 0.0), 0.35);
    rectangle(speckle(c, noise))
}
