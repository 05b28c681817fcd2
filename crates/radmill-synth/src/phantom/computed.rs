//! CT slices in Hounsfield units.

use super::canvas::{Canvas, Ellipse, arc, texture};
use crate::rng::Rng;

const AIR: f32 = -1000.0;
const FAT: f32 = -95.0;

fn finish(mut c: Canvas, rng: &mut Rng) -> Canvas {
    let (w, h) = (c.width, c.height);
    let grain = texture(w, h, rng, 0.06, 4);
    for (value, grain) in c.values.iter_mut().zip(&grain.values) {
        *value += match *value {
            v if v > -200.0 => 9.0 * grain,
            v if v > -950.0 => 45.0 * grain,
            _ => 0.0,
        };
    }
    // The table below the patient.
    let table = arc(0.0, -0.42, 0.62, 0.88, 62.0, 118.0);
    c.line(&table, 0.006, -350.0);
    c.blur(0.0022);
    c.map(|x, y, v| if x * x + y * y > 0.2495 { AIR } else { v });
    c
}

pub(super) fn head(w: usize, h: usize, rng: &mut Rng, phase: f32) -> Canvas {
    let mut c = Canvas::new(w, h, AIR);
    let k = 1.0 - 0.35 * (phase - 0.45) * (phase - 0.45) * 4.0;
    let (rx, ry) = (0.335 * k, 0.415 * k);
    c.fill(Ellipse(0.0, 0.0, rx, ry, 0.0), 45.0);
    c.fill(Ellipse(0.0, 0.0, rx - 0.018, ry - 0.018, 0.0), 1050.0);
    c.fill(Ellipse(0.0, 0.0, rx - 0.028, ry - 0.028, 0.0), 650.0);
    c.fill(Ellipse(0.0, 0.0, rx - 0.036, ry - 0.036, 0.0), 1000.0);
    c.fill(Ellipse(0.0, 0.0, rx - 0.046, ry - 0.046, 0.0), 12.0);
    let (bx, by) = (rx - 0.052, ry - 0.052);
    c.fill(Ellipse(0.0, 0.0, bx, by, 0.0), 38.0);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * bx * 0.47, 0.0, bx * 0.32, by * 0.72, side * 4.0), 29.0);
        for fold in 0..11 {
            let edge =
                arc(0.0, 0.0, side * bx, by, -80.0 + 16.0 * fold as f32 + rng.range(-3.0, 3.0), 0.0)[0];
            let inner = (edge.0 * rng.range(0.8, 0.88), edge.1 * 0.87 + rng.range(-0.01, 0.01));
            c.line(&[edge, inner], 0.0035, 14.0);
        }
        c.fill(Ellipse(side * 0.1 * k, 0.0, 0.035, 0.06, side * 20.0), 37.0);
        c.line(&arc(side * 0.015, -0.04, side * 0.055, 0.1, -80.0, 5.0), 0.014, 7.0);
        c.line(&[(side * 0.045, 0.08), (side * 0.07, 0.17)], 0.016, 7.0);
        c.fill(Ellipse(side * 0.068, 0.13, 0.008, 0.007, 0.0), 180.0);
    }
    c.line(&[(0.0, -by), (0.0, -0.08)], 0.0028, 55.0);
    c.line(&[(0.0, 0.1), (0.0, by)], 0.0028, 55.0);
    c.line(&[(0.0, -0.01), (0.0, 0.055)], 0.006, 8.0);
    finish(c, rng)
}

pub(super) fn neck(w: usize, h: usize, rng: &mut Rng) -> Canvas {
    let mut c = Canvas::new(w, h, AIR);
    c.fill(Ellipse(0.0, 0.0, 0.33, 0.31, 0.0), 0.0);
    c.fill(Ellipse(0.0, 0.0, 0.325, 0.305, 0.0), FAT);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.17, 0.14, 0.12, 0.11, side * 20.0), 58.0);
        c.fill(Ellipse(side * 0.07, 0.2, 0.06, 0.075, 0.0), 52.0);
        c.fill(Ellipse(side * 0.21, -0.06, 0.04, 0.085, -side * 30.0), 60.0);
        c.fill(Ellipse(side * 0.135, -0.03, 0.026, 0.026, 0.0), 260.0);
        c.fill(Ellipse(side * 0.165, -0.005, 0.034, 0.029, 0.0), 190.0);
        c.fill(Ellipse(side * 0.078, -0.1, 0.035, 0.065, side * 12.0), 115.0);
        c.fill(Ellipse(side * 0.09, 0.105, 0.03, 0.022, 0.0), 420.0);
        c.fill(Ellipse(side * 0.09, 0.105, 0.012, 0.01, 0.0), 200.0);
    }
    c.fill(Ellipse(0.0, -0.11, 0.062, 0.062, 0.0), 260.0);
    c.fill(Ellipse(0.0, -0.108, 0.05, 0.052, 0.0), -990.0);
    c.fill(Ellipse(0.01, -0.035, 0.024, 0.014, 0.0), 45.0);
    vertebra(&mut c, 0.06, 0.062);
    finish(c, rng)
}

fn vertebra(c: &mut Canvas, y: f32, r: f32) {
    c.fill(Ellipse(0.0, y, r, r * 0.78, 0.0), 520.0);
    c.fill(Ellipse(0.0, y, r * 0.87, r * 0.66, 0.0), 210.0);
    for side in [-1.0, 1.0] {
        c.line(&[(side * r * 0.75, y + r * 0.5), (side * r * 0.6, y + r * 1.5)], r * 0.2, 480.0);
        c.line(&[(side * r * 0.7, y + r * 1.2), (side * r * 1.7, y + r * 1.35)], r * 0.16, 380.0);
        c.line(&[(side * r * 0.6, y + r * 1.5), (0.0, y + r * 1.9)], r * 0.17, 480.0);
    }
    c.line(&[(0.0, y + r * 1.9), (0.0, y + r * 2.9)], r * 0.17, 450.0);
    c.fill(Ellipse(0.0, y + r * 1.2, r * 0.45, r * 0.4, 0.0), 25.0);
}

fn trunk(w: usize, h: usize, rx: f32, ry: f32) -> Canvas {
    let mut c = Canvas::new(w, h, AIR);
    c.fill(Ellipse(0.0, 0.0, rx, ry, 0.0), 5.0);
    c.fill(Ellipse(0.0, 0.0, rx - 0.006, ry - 0.006, 0.0), FAT);
    c
}

fn ribs(c: &mut Canvas, rx: f32, ry: f32, rng: &mut Rng) {
    for rib in 0..7 {
        let angle = -62.0 + 24.0 * rib as f32 + rng.range(-4.0, 4.0);
        for side in [-1.0, 1.0] {
            let along = arc(0.0, 0.0, side * rx, ry, angle, angle + 11.0);
            c.line(&along, 0.012, 560.0);
            c.line(&along, 0.005, 180.0);
        }
    }
}

fn lungs(c: &mut Canvas, phase: f32, rng: &mut Rng) {
    let size = 0.75 + 0.25 * (1.0 - (phase - 0.5) * (phase - 0.5) * 4.0);
    for side in [-1.0, 1.0] {
        let (rx, ry) = (0.15 * size, 0.205 * size);
        c.fill(Ellipse(side * 0.19, -0.01, rx, ry, side * 8.0), -860.0);
        c.fill(Ellipse(side * 0.17, 0.09, rx * 0.92, ry * 0.65, 0.0), -850.0);
        c.fill(Ellipse(side * 0.14, -0.1, rx * 0.6, ry * 0.5, side * 15.0), -865.0);
        for _ in 0..45 {
            let (u, v) = (rng.range(-0.8, 0.8), rng.range(-0.8, 0.8));
            if u * u + v * v < 0.62 {
                let at = (side * 0.19 + u * rx, v * ry);
                let towards = (at.0 * 0.82, at.1 * 0.82);
                let width = rng.range(0.0012, 0.0042);
                c.line(&[at, if rng.below(2) == 0 { at } else { towards }], width, -40.0);
            }
        }
    }
}

pub(super) fn chest(w: usize, h: usize, rng: &mut Rng, phase: f32) -> Canvas {
    let mut c = trunk(w, h, 0.455, 0.335);
    muscles(&mut c, 0.4, 0.285);
    lungs(&mut c, phase, rng);
    ribs(&mut c, 0.365, 0.262, rng);
    c.fill(Ellipse(0.0, 0.0, 0.055, 0.19, 0.0), -60.0);
    c.fill(Ellipse(0.035, -0.07, 0.1, 0.085, 25.0), 42.0);
    c.fill(Ellipse(0.02, -0.085, 0.04, 0.04, 0.0), 170.0);
    c.fill(Ellipse(-0.05, -0.06, 0.026, 0.024, 0.0), 150.0);
    c.fill(Ellipse(0.055, 0.075, 0.03, 0.03, 0.0), 165.0);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.045, 0.02, 0.02, 0.017, 0.0), -980.0);
        c.line(&[(side * 0.03, -0.01), (side * 0.1, 0.01)], 0.016, 140.0);
    }
    c.line(&[(-0.05, -0.265), (0.05, -0.265)], 0.016, 420.0);
    vertebra(&mut c, 0.135, 0.05);
    finish(c, rng)
}

fn muscles(c: &mut Canvas, rx: f32, ry: f32) {
    c.fill(Ellipse(0.0, 0.0, rx, ry, 0.0), 55.0);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.09, ry - 0.05, 0.075, 0.045, 0.0), 60.0);
    }
}

pub(super) fn heart(w: usize, h: usize, rng: &mut Rng, phase: f32) -> Canvas {
    let mut c = trunk(w, h, 0.47, 0.4);
    muscles(&mut c, 0.43, 0.36);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.28, 0.05, 0.12, 0.22, 0.0), -850.0);
        c.fill(Ellipse(side * 0.26, -0.12, 0.1, 0.14, side * 20.0), -860.0);
    }
    c.fill(Ellipse(0.03, -0.03, 0.25, 0.22, 25.0), -75.0);
    let squeeze = 1.0 - 0.12 * phase;
    c.fill(Ellipse(0.12, 0.0, 0.145, 0.11, 40.0), 105.0);
    c.fill(Ellipse(0.125, 0.0, 0.1 * squeeze, 0.066 * squeeze, 40.0), 360.0);
    c.fill(Ellipse(0.1, 0.03, 0.02, 0.014, 60.0), 120.0);
    c.fill(Ellipse(-0.01, -0.11, 0.125, 0.075, 40.0), 210.0);
    c.fill(Ellipse(-0.13, -0.03, 0.065, 0.085, 20.0), 190.0);
    c.fill(Ellipse(0.0, 0.105, 0.085, 0.055, 0.0), 350.0);
    c.fill(Ellipse(0.0, -0.01, 0.045, 0.042, 0.0), 370.0);
    c.line(&arc(-0.03, -0.06, 0.19, 0.13, -80.0, -15.0), 0.008, 340.0);
    c.line(&arc(0.0, 0.0, 0.2, 0.15, 150.0, 215.0), 0.008, 330.0);
    c.fill(Ellipse(0.12, -0.17, 0.007, 0.006, 0.0), 900.0);
    c.fill(Ellipse(0.08, 0.2, 0.036, 0.036, 0.0), 350.0);
    vertebra(&mut c, 0.235, 0.06);
    c.line(&[(-0.05, -0.34), (0.05, -0.34)], 0.016, 420.0);
    finish(c, rng)
}

pub(super) fn abdomen(w: usize, h: usize, rng: &mut Rng, phase: f32) -> Canvas {
    let mut c = trunk(w, h, 0.45, 0.335);
    muscles(&mut c, 0.395, 0.28);
    c.fill(Ellipse(0.0, -0.03, 0.37, 0.235, 0.0), -100.0);
    let low = phase.clamp(0.0, 1.0);
    c.fill(Ellipse(-0.185, -0.045, 0.185 - 0.06 * low, 0.175 - 0.03 * low, -25.0), 105.0);
    c.fill(Ellipse(-0.09, -0.12, 0.12 - 0.08 * low, 0.08, 10.0), 104.0);
    for _ in 0..7 {
        let (x, y) = (rng.range(-0.28, -0.1), rng.range(-0.13, 0.04));
        c.line(&[(x, y), (x + rng.range(-0.05, 0.05), y + 0.03)], 0.005, 160.0);
    }
    c.fill(Ellipse(-0.085, -0.1, 0.03, 0.045, 20.0), 8.0);
    c.fill(Ellipse(0.27, 0.04, 0.062, 0.11, 15.0), 118.0);
    c.fill(Ellipse(0.15, -0.12, 0.12, 0.075, 20.0), 30.0);
    c.fill(Ellipse(0.16, -0.16, 0.075, 0.03, 8.0), -950.0);
    c.line(&[(-0.05, -0.01), (0.05, -0.045), (0.17, -0.01)], 0.024, 95.0);
    for side in [-1.0, 1.0] {
        c.fill(Ellipse(side * 0.18, 0.13, 0.055, 0.075, side * 25.0), 185.0);
        c.fill(Ellipse(side * 0.165, 0.13, 0.025, 0.04, side * 25.0), -40.0);
        c.fill(Ellipse(side * 0.1, 0.17, 0.045, 0.05, 0.0), 60.0);
    }
    for _ in 0..9 {
        let (x, y) = (rng.range(-0.02, 0.3), rng.range(-0.1, 0.06));
        let r = rng.range(0.016, 0.028);
        c.fill(Ellipse(x, y, r * 1.3, r, rng.range(0.0, 90.0)), 70.0);
        c.fill(
            Ellipse(x, y, r, r * 0.7, rng.range(0.0, 90.0)),
            if rng.below(3) == 0 { -900.0 } else { 15.0 },
        );
    }
    c.fill(Ellipse(0.025, 0.07, 0.024, 0.024, 0.0), 220.0);
    c.fill(Ellipse(-0.04, 0.07, 0.03, 0.022, 0.0), 150.0);
    ribs(&mut c, 0.365, 0.255, rng);
    vertebra(&mut c, 0.145, 0.06);
    finish(c, rng)
}

/// The cylinder that physicists measure: water and four rods.
pub(super) fn water_phantom(w: usize, h: usize) -> Canvas {
    let mut c = Canvas::new(w, h, AIR);
    c.fill(Ellipse(0.0, 0.0, 0.4, 0.4, 0.0), 120.0);
    c.fill(Ellipse(0.0, 0.0, 0.385, 0.385, 0.0), 0.0);
    for (x, y, hu) in [(0.2, 0.0, 955.0), (-0.2, 0.0, -1000.0), (0.0, 0.2, 340.0), (0.0, -0.2, -95.0)] {
        c.fill(Ellipse(x, y, 0.05, 0.05, 0.0), hu);
    }
    c.blur(0.002);
    c
}
