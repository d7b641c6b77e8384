//! Bytes as values. Lengths are checked against what is left before anything is made room for.

use std::io::Read;

use roaring::RoaringBitmap;

use super::FileError;
use crate::adjacency::Label;
use crate::column::{Codes, Times};
use crate::lists::Lists;
use crate::texts::Arena;

/// Reads the content of a file and computes its checksum on the way.
pub(super) struct Input<R> {
    from: R,
    left: u64,
    checksum: crc32fast::Hasher,
    lot: Vec<u8>,
}

const LOT: usize = 1 << 16;

impl<R: Read> Input<R> {
    pub(super) fn new(from: R, length: u64) -> Self {
        Self { from, left: length, checksum: crc32fast::Hasher::new(), lot: vec![0; LOT] }
    }

    /// The checksum of everything; an error unless everything was read, and the file ends there.
    pub(super) fn finish(mut self) -> Result<u32, FileError> {
        if self.left != 0 || self.from.read(&mut [0])? != 0 {
            return Err(FileError::Damaged("it is longer than its content"));
        }
        Ok(self.checksum.finalize())
    }

    fn fill(&mut self, to: &mut [u8]) -> Result<(), FileError> {
        let size = to.len() as u64;
        self.left = self.left.checked_sub(size).ok_or(FileError::Damaged("a part is too long"))?;
        self.from.read_exact(to)?;
        self.checksum.update(to);
        Ok(())
    }

    pub(super) fn number(&mut self) -> Result<u64, FileError> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// A length of items of a size, if so much is left.
    fn length(&mut self, size: u64) -> Result<usize, FileError> {
        let length = self.number()?;
        match length.checked_mul(size) {
            Some(bytes) if bytes <= self.left => Ok(length as usize),
            _ => Err(FileError::Damaged("a part is too long")),
        }
    }

    pub(super) fn raw(&mut self) -> Result<Vec<u8>, FileError> {
        let mut bytes = vec![0; self.length(1)?];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn array<T, const SIZE: usize>(
        &mut self,
        value: impl Fn([u8; SIZE]) -> T,
    ) -> Result<Vec<T>, FileError> {
        let length = self.length(SIZE as u64)?;
        let mut values = Vec::with_capacity(length);
        let mut lot = std::mem::take(&mut self.lot);
        while values.len() < length {
            let bytes = &mut lot[..((length - values.len()) * SIZE).min(LOT)];
            self.fill(bytes)?;
            let (whole, _) = bytes.as_chunks::<SIZE>();
            values.extend(whole.iter().map(|bytes| value(*bytes)));
        }
        self.lot = lot;
        Ok(values)
    }

    pub(super) fn u32s(&mut self) -> Result<Vec<u32>, FileError> {
        self.array(u32::from_le_bytes)
    }

    pub(super) fn i64s(&mut self) -> Result<Vec<i64>, FileError> {
        self.array(i64::from_le_bytes)
    }

    pub(super) fn u16s(&mut self) -> Result<Vec<u16>, FileError> {
        self.array(u16::from_le_bytes)
    }

    pub(super) fn labels(&mut self) -> Result<Vec<Label>, FileError> {
        let labels = self.array(|bytes| Label(u16::from_le_bytes(bytes)))?;
        match labels.iter().all(|label| label.is_valid()) {
            true => Ok(labels),
            false => Err(FileError::Damaged("a relation that does not exist")),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, FileError> {
        String::from_utf8(self.raw()?).map_err(|_| FileError::Damaged("a text is not UTF-8"))
    }

    /// Ends that rise and do not pass a length, the last of them at it.
    pub(super) fn ends(&self, ends: &[u32], length: usize) -> Result<(), FileError> {
        let last = ends.last().copied().unwrap_or_default() as usize;
        if ends.is_sorted() && last == length {
            Ok(())
        } else {
            Err(FileError::Damaged("parts do not fit each other"))
        }
    }

    pub(super) fn arena(&mut self) -> Result<Arena, FileError> {
        let (ends, text) = (self.u32s()?, self.text()?);
        self.ends(&ends, text.len())?;
        if ends.iter().any(|end| !text.is_char_boundary(*end as usize)) {
            return Err(FileError::Damaged("a text ends within a character"));
        }
        Ok(Arena { ends, text })
    }

    pub(super) fn lists(&mut self) -> Result<Lists, FileError> {
        let (ends, bytes) = (self.u32s()?, self.raw()?);
        self.ends(&ends, bytes.len())?;
        Ok(Lists { ends, bytes })
    }

    /// A column of a length whose codes are below a bound.
    pub(super) fn codes(&mut self, length: usize, bound: usize) -> Result<Codes, FileError> {
        let codes = match self.number()? {
            0 => {
                let (value, n) = (self.number()? as u32, self.number()? as usize);
                Codes::Same(value, n)
            }
            1 => Codes::Narrow(self.raw()?),
            2 => Codes::Middle(self.u16s()?),
            4 => Codes::Wide(self.u32s()?),
            _ => return Err(FileError::Damaged("an unknown width")),
        };
        if codes.len() != length || length > 0 && codes.most() as usize >= bound {
            return Err(FileError::Damaged("a column does not fit"));
        }
        Ok(codes)
    }

    pub(super) fn times(&mut self, length: usize) -> Result<Times, FileError> {
        let times = match self.number()? {
            0 => {
                let value = self.i64s()?.first().copied().unwrap_or_default();
                Times::Same(value, self.number()? as usize)
            }
            4 => Times::Seconds(self.u32s()?),
            8 => Times::Micros(self.i64s()?),
            _ => return Err(FileError::Damaged("an unknown width")),
        };
        if times.len() != length {
            return Err(FileError::Damaged("a column does not fit"));
        }
        Ok(times)
    }

    /// A bitmap of nodes below a bound.
    pub(super) fn bitmap(&mut self, bound: usize) -> Result<RoaringBitmap, FileError> {
        let bytes = self.raw()?;
        let bitmap = RoaringBitmap::deserialize_from(bytes.as_slice())
            .map_err(|_| FileError::Damaged("a bitmap cannot be read"))?;
        match bitmap.max() {
            Some(most) if most as usize >= bound => Err(FileError::Damaged("a bitmap is too wide")),
            _ => Ok(bitmap),
        }
    }

    /// Positions below a bound, as many as the bound or as `length`.
    pub(super) fn positions(&mut self, length: usize, bound: usize) -> Result<Vec<u32>, FileError> {
        let positions = self.u32s()?;
        if positions.len() != length || positions.iter().any(|p| *p as usize >= bound) {
            return Err(FileError::Damaged("positions do not fit"));
        }
        Ok(positions)
    }
}
