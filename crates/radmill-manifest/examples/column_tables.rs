//! Prints the column tables of `docs/manifest-format.md`, to be put between its marks after a column has changed.

#![expect(clippy::print_stdout, reason = "an example prints")]

fn main() {
    print!("{}", radmill_manifest::column_tables());
}
