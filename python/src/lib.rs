//! `dateline._core`: what `dateline/__init__.py` calls. Messages of `article.raw/1` in, JSON and Arrow out.
//!
//! No Python object is touched while articles are read, so the interpreter is let go for that time. A pipeline is loaded at
//! its first use and stays; engines that nobody uses just now wait in it for the next call.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use arrow_array::RecordBatch;
use arrow_pyarrow::IntoPyArrow;
use dateline_read::article::{Format, Hint, Intake, IntakeError};
use dateline_read::extract::{EnrichError, Enricher, Pipeline, each};
use dateline_read::record::{EnrichedArticle, Tier};
use dateline_read::table::{Row, Table, record_batch, rows, schema};
use pyo3::exceptions::{PyException, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

pyo3::create_exception!(
    dateline,
    DatelineError,
    PyException,
    "An article is refused. `kind` is a stable name of the reason, as in dead letters."
);

const JSON: Hint = Hint { format: Some(Format::Json) };

/// Why an article gives nothing: a stable name, and what to say of it.
type Refusal = (&'static str, String);

/// Never in practice: the records have no keys that are no text.
fn unwritable(error: serde_json::Error) -> Refusal {
    ("json", error.to_string())
}

/// A tier, ready to read.
struct Desk {
    pipeline: Arc<Pipeline>,
    intake: Intake,
    idle: Mutex<Vec<Enricher>>,
}

impl Desk {
    fn of(tier: &str) -> PyResult<&'static Self> {
        static FAST: OnceLock<Result<Desk, String>> = OnceLock::new();
        static ACCURATE: OnceLock<Result<Desk, String>> = OnceLock::new();
        let (desk, tier) = match tier {
            "fast" => (&FAST, Tier::Fast),
            "accurate" => (&ACCURATE, Tier::Accurate),
            other => {
                return Err(PyValueError::new_err(format!("tier is {other:?}, it must be \"accurate\" or \"fast\"")));
            }
        };
        let load = || {
            let pipeline = Arc::new(Pipeline::embedded(tier).map_err(|e| e.to_string())?);
            Ok(Self { pipeline, intake: Intake::default(), idle: Mutex::default() })
        };
        desk.get_or_init(load).as_ref().map_err(|e| PyRuntimeError::new_err(e.clone()))
    }

    /// An engine for one thread. After a panic it is not given back: what it holds is anybody's guess.
    fn engine(&self) -> Enricher {
        let kept = self.idle().pop();
        kept.unwrap_or_else(|| Enricher::new(Arc::clone(&self.pipeline)))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Enricher>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, enricher: &mut Enricher, message: &[u8]) -> Result<EnrichedArticle, Refusal> {
        let refused = |e: IntakeError| (e.kind(), e.to_string());
        let article = self.intake.read(message, &JSON).map_err(refused)?;
        enricher.enrich(&article, &|| false).map_err(|e: EnrichError| (e.kind(), e.to_string()))
    }
}

/// Reads one message; the record as JSON.
#[pyfunction]
fn read<'py>(py: Python<'py>, message: &[u8], tier: &str) -> PyResult<Bound<'py, PyBytes>> {
    let json = py.detach(|| {
        let desk = Desk::of(tier)?;
        let mut engine = desk.engine();
        let record = desk.read(&mut engine, message);
        desk.idle().push(engine);
        Ok::<_, PyErr>(record.and_then(|record| serde_json::to_vec(&record).map_err(unwritable)))
    })?;
    match json {
        Ok(json) => Ok(PyBytes::new(py, &json)),
        Err((kind, message)) => {
            let error = DatelineError::new_err(message);
            error.value(py).setattr("kind", kind)?;
            Err(error)
        }
    }
}

/// Rows of many articles, on their way to one table.
#[pyclass]
struct Sheet {
    table: Table,
    desk: &'static Desk,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Sheet {
    #[new]
    fn new(py: Python<'_>, table: &str, tier: &str) -> PyResult<Self> {
        let Some(table) = Table::ALL.into_iter().find(|t| t.as_str() == table) else {
            let names = Table::ALL.map(Table::as_str).join(", ");
            return Err(PyValueError::new_err(format!("table is {table:?}, it must be one of {names}")));
        };
        Ok(Self { table, desk: py.detach(|| Desk::of(tier))?, batches: Vec::new() })
    }

    /// Reads messages on all cores and adds their rows; returns which ones are refused, and why.
    fn add(&mut self, py: Python<'_>, messages: Vec<PyBackedBytes>) -> PyResult<Vec<(usize, &'static str, String)>> {
        let (table, desk) = (self.table, self.desk);
        let threads = thread::available_parallelism().map_or(1, usize::from).min(messages.len());
        let read = |engine: &mut Enricher, message: &PyBackedBytes| -> Result<Vec<Row>, Refusal> {
            let record = desk.read(engine, message)?;
            let json = serde_json::to_value(&record).map_err(unwritable)?;
            Ok(rows(table, &json).unwrap_or_default())
        };
        let results = py.detach(|| {
            let mut engines: Vec<Enricher> = (0..threads).map(|_| desk.engine()).collect();
            let results = each(&mut engines, &messages, read);
            desk.idle().append(&mut engines);
            results
        });
        let (mut all, mut refused) = (Vec::new(), Vec::new());
        for (i, result) in results.into_iter().enumerate() {
            match result {
                Ok(rows) => all.extend(rows),
                Err((kind, message)) => refused.push((i, kind, message)),
            }
        }
        self.batches.push(record_batch(table, &all).map_err(|e| PyRuntimeError::new_err(e.to_string()))?);
        Ok(refused)
    }

    /// Everything added so far, as a table of pyarrow.
    fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let batches = std::mem::take(&mut self.batches);
        let table = arrow_pyarrow::Table::try_new(batches, schema(self.table));
        table.map_err(|e| PyRuntimeError::new_err(e.to_string()))?.into_pyarrow(py)
    }
}

/// The part of the module that is not Python.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("DatelineError", module.py().get_type::<DatelineError>())?;
    module.add_class::<Sheet>()?;
    module.add_function(wrap_pyfunction!(read, module)?)
}
