use crate::rng::{Rng, cos, sin};

/// A grey image in floating point. Shapes are given in units of its shorter side, from its centre, x right, y down.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

/// An ellipse: centre, half axes, rotation clockwise in degrees.
#[derive(Clone, Copy)]
pub(super) struct Ellipse(pub(super) f32, pub(super) f32, pub(super) f32, pub(super) f32, pub(super) f32);

impl Canvas {
    pub(crate) fn new(width: usize, height: usize, value: f32) -> Canvas {
        Canvas { width, height, values: vec![value; width * height] }
    }

    fn unit(&self) -> f32 {
        self.width.min(self.height) as f32
    }

    /// Pixel column and row to coordinates.
    pub(super) fn coordinates(&self, column: usize, row: usize) -> (f32, f32) {
        let x = (column as f32 + 0.5 - self.width as f32 / 2.0) / self.unit();
        (x, (row as f32 + 0.5 - self.height as f32 / 2.0) / self.unit())
    }

    /// Changes each pixel within `reach` of the box; `change` gets x, y and the old value.
    fn within(
        &mut self,
        (left, top, right, bottom): (f32, f32, f32, f32),
        mut change: impl FnMut(f32, f32, f32) -> f32,
    ) {
        let unit = self.unit();
        let pixel = |v: f32, side: usize| ((v * unit + side as f32 / 2.0).max(0.0) as usize).min(side);
        let (x0, x1) = (pixel(left, self.width), pixel(right + 2.0 / unit, self.width));
        let (y0, y1) = (pixel(top, self.height), pixel(bottom + 2.0 / unit, self.height));
        for row in y0..y1 {
            for column in x0..x1 {
                let (x, y) = self.coordinates(column, row);
                let value = &mut self.values[row * self.width + column];
                *value = change(x, y, *value);
            }
        }
    }

    fn ellipse(&mut self, shape: Ellipse, mut change: impl FnMut(f32, f32) -> f32) {
        let Ellipse(cx, cy, rx, ry, angle) = shape;
        let (s, c) = (sin(angle.to_radians()), cos(angle.to_radians()));
        let reach = rx.max(ry) * 1.02 + 2.0 / self.unit();
        self.within((cx - reach, cy - reach, cx + reach, cy + reach), |x, y, old| {
            let (dx, dy) = (x - cx, y - cy);
            let (u, v) = ((dx * c + dy * s) / rx, (dy * c - dx * s) / ry);
            change(u * u + v * v, old)
        });
    }

    /// Paints over, with a soft edge of about one pixel.
    pub(super) fn fill(&mut self, shape: Ellipse, value: f32) {
        let sharpness = shape.2.min(shape.3) * self.unit();
        self.ellipse(shape, |r2, old| {
            let cover = ((1.0 - r2.sqrt()) * sharpness + 0.5).clamp(0.0, 1.0);
            old + (value - old) * cover
        });
    }

    /// Adds what a ray through a solid ellipsoid loses: most in the middle, nothing at the edge.
    pub(super) fn ball(&mut self, shape: Ellipse, amount: f32) {
        self.ellipse(shape, |r2, old| old + amount * (1.0 - r2).max(0.0).sqrt());
    }

    /// Adds a blob that fades out smoothly.
    pub(super) fn glow(&mut self, shape: Ellipse, amount: f32) {
        self.ellipse(shape, |r2, old| old + amount * (1.0 - r2).max(0.0) * (1.0 - r2).max(0.0));
    }

    /// Adds what a ray loses in a bone: a dense rim around a lighter inside.
    pub(super) fn bone(&mut self, shape: Ellipse, amount: f32) {
        self.ellipse(shape, |r2, old| old + amount * bone_profile(r2));
    }

    fn along(&mut self, points: &[(f32, f32)], radius: f32, mut change: impl FnMut(f32, f32) -> f32) {
        let reach = radius + 2.0 / self.unit();
        let bound = |pick: fn(&(f32, f32)) -> f32, by: fn(f32, f32) -> f32, start: f32| {
            points.iter().map(pick).fold(start, by)
        };
        let area = (
            bound(|p| p.0, f32::min, f32::MAX) - reach,
            bound(|p| p.1, f32::min, f32::MAX) - reach,
            bound(|p| p.0, f32::max, f32::MIN) + reach,
            bound(|p| p.1, f32::max, f32::MIN) + reach,
        );
        self.within(area, |x, y, old| {
            let nearest =
                points.windows(2).map(|pair| distance2(x, y, pair[0], pair[1])).fold(f32::MAX, f32::min);
            if nearest > reach * reach { old } else { change(nearest / (radius * radius), old) }
        });
    }

    /// Paints a line with round ends over what is there.
    pub(super) fn line(&mut self, points: &[(f32, f32)], radius: f32, value: f32) {
        let sharpness = radius * self.unit();
        self.along(points, radius, |r2, old| {
            let cover = ((1.0 - r2.sqrt()) * sharpness + 0.5).clamp(0.0, 1.0);
            old + (value - old) * cover
        });
    }

    /// Adds what a ray loses in a solid tube.
    pub(super) fn tube(&mut self, points: &[(f32, f32)], radius: f32, amount: f32) {
        self.along(points, radius, |r2, old| old + amount * (1.0 - r2).max(0.0).sqrt());
    }

    /// Adds what a ray loses in a long bone.
    pub(super) fn long_bone(&mut self, points: &[(f32, f32)], radius: f32, amount: f32) {
        self.along(points, radius, |r2, old| old + amount * bone_profile(r2));
    }

    /// Adds another canvas of the same size, times `amount`.
    pub(super) fn add(&mut self, other: &Canvas, amount: f32) {
        for (value, more) in self.values.iter_mut().zip(&other.values) {
            *value += more * amount;
        }
    }

    /// Changes every pixel; `change` gets x, y and the old value.
    pub(super) fn map(&mut self, mut change: impl FnMut(f32, f32, f32) -> f32) {
        for row in 0..self.height {
            for column in 0..self.width {
                let (x, y) = self.coordinates(column, row);
                let value = &mut self.values[row * self.width + column];
                *value = change(x, y, *value);
            }
        }
    }

    /// Adds normal noise whose strength may depend on the value.
    pub(super) fn noise(&mut self, rng: &mut Rng, deviation: impl Fn(f32) -> f32) {
        for value in &mut self.values {
            *value += rng.normal() * deviation(*value);
        }
    }

    /// Smooths by two passes of a box of `radius`, in units of the shorter side.
    pub(super) fn blur(&mut self, radius: f32) {
        let n = (radius * self.unit()).round() as usize;
        for _ in 0..2 {
            let (width, height) = (self.width, self.height);
            if n > 0 {
                box_blur(&mut self.values, height, width, width, 1, n);
                box_blur(&mut self.values, width, height, 1, width, n);
            }
        }
    }

    /// The same picture at another size, by bilinear interpolation.
    pub(crate) fn resized(&self, width: usize, height: usize) -> Canvas {
        let mut out = Canvas::new(width, height, 0.0);
        // The two neighbours of a new pixel on the old grid, and its place between them.
        let at = |new: usize, new_side: usize, side: usize| {
            let position = (new as f32 + 0.5) * side as f32 / new_side as f32 - 0.5;
            let position = position.clamp(0.0, side as f32 - 1.0);
            let low = position as usize;
            (low, (low + 1).min(side - 1), position - low as f32)
        };
        let columns: Vec<_> = (0..width).map(|column| at(column, width, self.width)).collect();
        let lines: Vec<&[f32]> = self.values.chunks(self.width).collect();
        for (row, line) in out.values.chunks_mut(width).enumerate() {
            let (y0, y1, v) = at(row, height, self.height);
            let (above, below) = (lines[y0], lines[y1]);
            for (value, &(x0, x1, u)) in line.iter_mut().zip(&columns) {
                let top = above[x0] + (above[x1] - above[x0]) * u;
                let bottom = below[x0] + (below[x1] - below[x0]) * u;
                *value = top + (bottom - top) * v;
            }
        }
        out
    }
}

/// Thickness of a shell: the solid less two thirds of its inside.
fn bone_profile(r2: f32) -> f32 {
    (1.0 - r2).max(0.0).sqrt() - 0.62 * (1.0 - r2 / 0.64).max(0.0).sqrt() * 0.8
}

fn distance2(x: f32, y: f32, a: (f32, f32), b: (f32, f32)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length2 = (dx * dx + dy * dy).max(1e-9);
    let along = (((x - a.0) * dx + (y - a.1) * dy) / length2).clamp(0.0, 1.0);
    let (ex, ey) = (x - a.0 - along * dx, y - a.1 - along * dy);
    ex * ex + ey * ey
}

/// Mean over `2 n + 1` neighbours along one direction; the edges repeat.
fn box_blur(values: &mut [f32], lines: usize, length: usize, line_step: usize, step: usize, n: usize) {
    let mut line = vec![0.0; length];
    for index in 0..lines {
        let start = index * line_step;
        for (at, value) in line.iter_mut().enumerate() {
            *value = values[start + at * step];
        }
        let value_at = |at: isize| line[at.clamp(0, length as isize - 1) as usize];
        let n = n as isize;
        let mut sum: f32 = (-n..=n).map(value_at).sum();
        for at in 0..length as isize {
            values[start + at as usize * step] = sum / (2 * n + 1) as f32;
            sum += value_at(at + n + 1) - value_at(at - n);
        }
    }
}

/// Cloudy texture between about -1 and 1: value noise, the coarsest cells of `cell` units.
pub(super) fn texture(width: usize, height: usize, rng: &mut Rng, cell: f32, octaves: usize) -> Canvas {
    let mut out = Canvas::new(width, height, 0.0);
    let (mut cell, mut amount) = ((cell * out.unit()).max(1.0), 0.6);
    for _ in 0..octaves {
        let columns = (width as f32 / cell) as usize + 2;
        let rows = (height as f32 / cell) as usize + 2;
        let grid: Vec<f32> = (0..rows * columns).map(|_| rng.range(-1.0, 1.0)).collect();
        // The cell of a pixel, and the place in it with a smooth start and end.
        let place = |pixel: usize| {
            let position = pixel as f32 / cell;
            let t = position - (position as usize) as f32;
            (position as usize, t * t * (3.0 - 2.0 * t))
        };
        let across: Vec<(usize, f32)> = (0..width).map(place).collect();
        for (row, line) in out.values.chunks_mut(width).enumerate() {
            let (y, v) = place(row);
            let (above, below) = (&grid[y * columns..], &grid[(y + 1) * columns..]);
            for (value, &(x, u)) in line.iter_mut().zip(&across) {
                let top = above[x] + (above[x + 1] - above[x]) * u;
                let bottom = below[x] + (below[x + 1] - below[x]) * u;
                *value += (top + (bottom - top) * v) * amount;
            }
        }
        cell = (cell / 2.0).max(1.0);
        amount *= 0.62;
    }
    out
}

/// Points on an arc of an ellipse, from one angle to another in degrees, 0 being right and 90 down.
pub(super) fn arc(cx: f32, cy: f32, rx: f32, ry: f32, from: f32, to: f32) -> Vec<(f32, f32)> {
    (0..=16)
        .map(|step| {
            let angle = (from + (to - from) * step as f32 / 16.0).to_radians();
            (cx + rx * cos(angle), cy + ry * sin(angle))
        })
        .collect()
}
