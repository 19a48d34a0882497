//! The model file: a safetensors container, opened once, checked completely, then taken apart tensor by tensor.
//!
//! Nothing in the file is trusted: format name and version, checksum, every shape, type and number are checked before
//! use, so that a damaged or hostile file gives a [`ModelError`] that names the tensor, never a panic later on.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// What the engine calls its file format, and the one version that it reads.
const FORMAT: (&str, &str) = ("dateline-nlp", "1");
/// Most bytes that a compressed text may unpack to.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file cannot be read.
    #[error("cannot read the language model {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The bytes are not a safetensors container (often: a truncated download).
    #[error("the language model is not a complete safetensors file: {0}")]
    Container(#[from] safetensors::SafeTensorError),
    /// A safetensors file of something else, or of another format version.
    #[error(
        "the language model has format {found:?}, this build reads {expected:?}: use the model file of this release"
    )]
    Format {
        /// Format name and version of this build.
        expected: String,
        /// Format name and version in the file.
        found: String,
    },
    /// The data section is not the one that was exported.
    #[error("the language model is damaged: its data has sha256 {found}, its header says {expected}")]
    Checksum {
        /// Hash from the metadata.
        expected: String,
        /// Hash of the data section.
        found: String,
    },
    /// A tensor is absent.
    #[error("the language model lacks the tensor {0:?}")]
    Missing(String),
    /// A tensor has another element type or shape than the network needs.
    #[error("tensor {name:?} of the language model is {found}, the engine needs {expected}")]
    Shape {
        /// Tensor name.
        name: String,
        /// Type and shape that the engine needs.
        expected: String,
        /// Type and shape in the file.
        found: String,
    },
    /// The contents of a tensor make no sense.
    #[error("{name} of the language model: {reason}")]
    Invalid {
        /// Tensor name or table name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The build carries no model and no path was given.
    #[error("this build carries no language model: build with the feature embedded-model or give a model path")]
    NotEmbedded,
}

impl ModelError {
    /// A stable name of the error for metrics and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Io { .. } => "io",
            Self::Container(_) => "container",
            Self::Format { .. } => "format",
            Self::Checksum { .. } => "checksum",
            Self::Missing(_) => "missing_tensor",
            Self::Shape { .. } => "shape",
            Self::Invalid { .. } => "invalid",
            Self::NotEmbedded => "not_embedded",
        }
    }

    /// An [`ModelError::Invalid`] for tensor or table `name`.
    pub(super) fn invalid(name: &str, reason: impl Into<String>) -> Self {
        Self::Invalid { name: name.to_owned(), reason: reason.into() }
    }
}

/// What the model file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// Name, for example `en_news`.
    pub name: String,
    /// Version of the weights.
    pub version: String,
    /// Licence of the weights.
    pub license: String,
    /// Where the weights come from.
    pub source: String,
    /// SHA-256 of the data section in hexadecimal, as checked at load.
    pub sha256: String,
}

/// An opened model file whose format and checksum are right.
pub(crate) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    info: ModelInfo,
}

impl<'a> Weights<'a> {
    /// The bytes of a file of weights.
    pub(crate) fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
        std::fs::read(path).map_err(|source| ModelError::Io { path: path.to_owned(), source })
    }

    /// Opens the engine's container and checks format, version and checksum.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ModelError> {
        Self::open_as(bytes, FORMAT)
    }

    /// The same with the name and version of another format.
    pub(crate) fn open_as(bytes: &'a [u8], format: (&str, &str)) -> Result<Self, ModelError> {
        let (header_length, header) = SafeTensors::read_metadata(bytes)?;
        let empty = HashMap::new();
        let metadata = header.metadata().as_ref().unwrap_or(&empty);
        let get = |key: &str| metadata.get(key).cloned().unwrap_or_default();
        let found = format!("{} {}", get("format"), get("format_version"));
        let expected = format!("{} {}", format.0, format.1);
        if found != expected {
            return Err(ModelError::Format { expected, found });
        }
        // read_metadata has proved that the 8-byte length field and the header lie inside of the bytes.
        let sha256 = hex(&Sha256::digest(&bytes[8 + header_length..]));
        if sha256 != get("sha256") {
            return Err(ModelError::Checksum { expected: get("sha256"), found: sha256 });
        }
        let info = ModelInfo {
            name: get("name"),
            version: get("version"),
            license: get("license"),
            source: get("source"),
            sha256,
        };
        Ok(Self { tensors: SafeTensors::deserialize(bytes)?, info })
    }

    /// Name, version and checksum.
    pub(super) fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn view(&self, name: &str, dtype: Dtype, shape: &[Option<usize>]) -> Result<TensorView<'_>, ModelError> {
        let view = self.tensors.tensor(name).map_err(|_| ModelError::Missing(name.to_owned()))?;
        let fits = view.shape().len() == shape.len()
            && view.shape().iter().zip(shape).all(|(found, wanted)| wanted.is_none_or(|w| w == *found));
        if view.dtype() != dtype || !fits {
            let wanted: Vec<String> = shape.iter().map(|d| d.map_or("any".to_owned(), |d| d.to_string())).collect();
            return Err(ModelError::Shape {
                name: name.to_owned(),
                expected: format!("{dtype:?} [{}]", wanted.join(", ")),
                found: format!("{:?} {:?}", view.dtype(), view.shape()),
            });
        }
        Ok(view)
    }

    /// All numbers of an F32 tensor of exactly this shape, in row-major order; every one is finite.
    pub(crate) fn f32(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let shape: Vec<_> = shape.iter().map(|d| Some(*d)).collect();
        self.f32_of(self.view(name, Dtype::F32, &shape)?, name)
    }

    fn f32_of(&self, view: TensorView<'_>, name: &str) -> Result<Vec<f32>, ModelError> {
        let numbers: Vec<f32> = elements(view.data(), f32::from_le_bytes);
        if numbers.iter().all(|x| x.is_finite()) {
            Ok(numbers)
        } else {
            Err(ModelError::invalid(name, "holds a number that is not finite"))
        }
    }

    /// A table of 16-bit rows with `width` columns and one scale a row, from `NAME.rows` and `NAME.scale`.
    pub(super) fn table(&self, name: &str, width: usize) -> Result<Table, ModelError> {
        let (rows, scale) = (format!("{name}.rows"), format!("{name}.scale"));
        let view = self.view(&rows, Dtype::I16, &[None, Some(width)])?;
        let height = view.shape()[0];
        if height == 0 {
            return Err(ModelError::invalid(&rows, "has no row"));
        }
        let scale = self.f32(&scale, &[height])?;
        Ok(Table { width, cells: elements(view.data(), i16::from_le_bytes), scale })
    }

    /// Rows of 8-bit weights with one scale a row, from `NAME.weight` and `NAME.scale`.
    pub(super) fn rows8(&self, name: &str, rows: usize, width: usize) -> Result<(Vec<i8>, Vec<f32>), ModelError> {
        let view = self.view(&format!("{name}.weight"), Dtype::I8, &[Some(rows), Some(width)])?;
        Ok((elements(view.data(), i8::from_le_bytes), self.f32(&format!("{name}.scale"), &[rows])?))
    }

    /// A table of 8-bit rows with `width` columns and one scale a row, from `NAME.weight` and `NAME.scale`.
    pub(super) fn table8(&self, name: &str, width: usize) -> Result<Table8, ModelError> {
        let view = self.view(&format!("{name}.weight"), Dtype::I8, &[None, Some(width)])?;
        let height = view.shape()[0];
        let (cells, scale) = self.rows8(name, height, width)?;
        Ok(Table8 { width, cells, scale })
    }

    /// All numbers of a U32 vector.
    pub(super) fn u32(&self, name: &str) -> Result<Vec<u32>, ModelError> {
        Ok(elements(self.view(name, Dtype::U32, &[None])?.data(), u32::from_le_bytes))
    }

    /// All numbers of a U16 vector.
    pub(super) fn u16(&self, name: &str) -> Result<Vec<u16>, ModelError> {
        Ok(elements(self.view(name, Dtype::U16, &[None])?.data(), u16::from_le_bytes))
    }

    /// A zstd-compressed text stored as a U8 vector.
    pub(super) fn compressed(&self, name: &str) -> Result<Vec<u8>, ModelError> {
        let mut text = Vec::new();
        zstd::Decoder::new(self.view(name, Dtype::U8, &[None])?.data())
            .and_then(|decoder| decoder.take(MAX_TEXT_BYTES + 1).read_to_end(&mut text))
            .map_err(|error| ModelError::invalid(name, error.to_string()))?;
        if text.len() as u64 > MAX_TEXT_BYTES {
            return Err(ModelError::invalid(name, format!("unpacks to more than {MAX_TEXT_BYTES} bytes")));
        }
        Ok(text)
    }

    /// A JSON document stored as a U8 vector.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, ModelError> {
        let view = self.view(name, Dtype::U8, &[None])?;
        serde_json::from_slice(view.data()).map_err(|error| ModelError::invalid(name, error.to_string()))
    }
}

/// A lookup table of 16-bit rows: `value = cell * scale of the row`.
#[derive(Debug)]
pub(super) struct Table {
    width: usize,
    cells: Vec<i16>,
    scale: Vec<f32>,
}

impl Table {
    /// Number of rows, at least one.
    pub(super) fn height(&self) -> usize {
        self.scale.len()
    }

    /// Adds row `row` to `out`.
    pub(super) fn add_row(&self, row: usize, out: &mut [f32]) {
        let scale = self.scale[row];
        for (value, cell) in out.iter_mut().zip(&self.cells[row * self.width..(row + 1) * self.width]) {
            *value += f32::from(*cell) * scale;
        }
    }
}

/// A lookup table of 8-bit rows: `value = cell * scale of the row`.
#[derive(Debug)]
pub(super) struct Table8 {
    width: usize,
    cells: Vec<i8>,
    scale: Vec<f32>,
}

impl Table8 {
    /// Number of rows.
    pub(super) fn height(&self) -> usize {
        self.scale.len()
    }

    /// Writes row `row` into `out`.
    pub(super) fn write(&self, row: u32, out: &mut [f32]) {
        let row = row as usize;
        let scale = self.scale[row];
        for (value, cell) in out.iter_mut().zip(&self.cells[row * self.width..(row + 1) * self.width]) {
            *value = f32::from(*cell) * scale;
        }
    }
}

/// Little-endian elements of `N` bytes; safetensors has checked that the data length fits the shape.
fn elements<T, const N: usize>(data: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    data.as_chunks::<N>().0.iter().map(|bytes| read(*bytes)).collect()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
