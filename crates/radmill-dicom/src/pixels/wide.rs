//! The widest instructions that the processor has, for loops that the compiler turns into vector code.

/// Does some work, compiled twice where that pays: for any processor of its kind, and for those with AVX2 and BMI2, which
/// are nearly all. What `work` calls must be `#[inline(always)]` to take part.
#[inline(always)]
pub(super) fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = fearless_simd::Level::new().as_avx2() {
        return fearless_simd::Simd::vectorize(avx2, work);
    }
    work()
}
