//! Values as bytes: little-endian, arrays after their length.

use std::io::Write;

use roaring::RoaringBitmap;

use super::FileError;
use crate::adjacency::Label;
use crate::column::{Codes, Times};
use crate::lists::Lists;
use crate::texts::Arena;

/// Collects bytes.
#[derive(Default)]
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
}

impl Output {
    pub(super) fn number(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn u32s(&mut self, values: &[u32]) {
        self.number(values.len() as u64);
        self.bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    }

    pub(super) fn i64s(&mut self, values: &[i64]) {
        self.number(values.len() as u64);
        self.bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    }

    pub(super) fn u16s(&mut self, values: impl ExactSizeIterator<Item = u16>) {
        self.number(values.len() as u64);
        self.bytes.extend(values.flat_map(u16::to_le_bytes));
    }

    pub(super) fn labels(&mut self, labels: &[Label]) {
        self.u16s(labels.iter().map(|label| label.0));
    }

    pub(super) fn arena(&mut self, arena: &Arena) {
        self.u32s(&arena.ends);
        self.raw(arena.text.as_bytes());
    }

    pub(super) fn lists(&mut self, lists: &Lists) {
        self.u32s(&lists.ends);
        self.raw(&lists.bytes);
    }

    pub(super) fn codes(&mut self, codes: &Codes) {
        match codes {
            Codes::Same(value, n) => {
                self.number(0);
                self.number((*value).into());
                self.number(*n as u64);
            }
            Codes::Narrow(values) => {
                self.number(1);
                self.raw(values);
            }
            Codes::Middle(values) => {
                self.number(2);
                self.u16s(values.iter().copied());
            }
            Codes::Wide(values) => {
                self.number(4);
                self.u32s(values);
            }
        }
    }

    pub(super) fn times(&mut self, times: &Times) {
        match times {
            Times::Same(value, n) => {
                self.number(0);
                self.i64s(&[*value]);
                self.number(*n as u64);
            }
            Times::Seconds(values) => {
                self.number(4);
                self.u32s(values);
            }
            Times::Micros(values) => {
                self.number(8);
                self.i64s(values);
            }
        }
    }

    pub(super) fn bitmap(&mut self, bitmap: &RoaringBitmap) -> Result<(), FileError> {
        self.number(bitmap.serialized_size() as u64);
        bitmap.serialize_into(&mut self.bytes)?;
        Ok(())
    }

    pub(super) fn flush(&mut self, to: &mut impl Write) -> Result<(), FileError> {
        to.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}
