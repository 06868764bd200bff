//! The generic pack and a blueprint become one module.
//!
//! The blueprint's bytes go into pages that are added at the end of the module's memory, and their address and length
//! over two words whose own address the module exports. That is a page count and two data segments; no code is made or
//! changed, so nothing has to be linked or optimised, and what the host compiles is the same code for every pack without
//! code. (A second component that hands the bytes over would be copied from one memory into another at every call, and
//! would need a linker here.)

use wasm_encoder::{ConstExpr, DataCountSection, DataSection, MemorySection, MemoryType, Module, RawSection};
use wasmparser::{DataSectionReader, ExternalKind, Operator, Parser, Payload};

use super::AuthoringError;

/// The export that tells where address and length go.
const SEAT: &str = "BLUEPRINT";

const PAGE: u64 = 65_536;

/// The module with `data` in its memory.
///
/// # Errors
/// A module that is not the generic pack, or data that no memory would hold.
pub(super) fn with_data(module: &[u8], data: &[u8]) -> Result<Vec<u8>, AuthoringError> {
    let unfit = |what: &str| AuthoringError::Unfit(what.to_owned());
    let plan = Plan::read(module).map_err(|error| AuthoringError::NotAModule(error.message().to_owned()))?;
    let (Some(pages), Some(seat)) = (plan.pages, plan.seat()) else {
        return Err(unfit("it has no memory of its own, or no seat for a blueprint"));
    };
    let address = u32::try_from(pages * PAGE).map_err(|_| unfit("its memory has no room for a blueprint"))?;
    let length = u32::try_from(data.len()).map_err(|_| unfit("a blueprint has more than 4 GB"))?;
    let words = [address.to_le_bytes(), length.to_le_bytes()].concat();
    let segments = [(seat, words.as_slice()), (address, data)];
    plan.write(module, pages + (data.len() as u64).div_ceil(PAGE), &segments)
        .map_err(|error| AuthoringError::NotAModule(error.message().to_owned()))
}

/// What is known of the module.
#[derive(Default)]
struct Plan {
    /// How many pages its memory starts with.
    pages: Option<u64>,
    /// The constants that its globals start with.
    globals: Vec<Option<i32>>,
    /// The global that says where the seat is.
    seat: Option<u32>,
}

impl Plan {
    fn read(module: &[u8]) -> wasmparser::Result<Self> {
        let mut plan = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        plan.pages = Some(memory?.initial);
                    }
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        let first = global?.init_expr.get_operators_reader().read()?;
                        let constant = if let Operator::I32Const { value } = first { Some(value) } else { None };
                        plan.globals.push(constant);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Global && export.name == SEAT {
                            plan.seat = Some(export.index);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(plan)
    }

    fn seat(&self) -> Option<u32> {
        let global = usize::try_from(self.seat?).ok()?;
        self.globals.get(global).copied().flatten().and_then(|address| u32::try_from(address).ok())
    }

    /// The module again, with more pages and two segments more.
    fn write(&self, module: &[u8], pages: u64, segments: &[(u32, &[u8])]) -> wasmparser::Result<Vec<u8>> {
        let mut output = Module::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::MemorySection(_) => {
                    output.section(MemorySection::new().memory(MemoryType {
                        minimum: pages,
                        maximum: None,
                        memory64: false,
                        shared: false,
                        page_size_log2: None,
                    }));
                }
                Payload::DataCountSection { count, .. } => {
                    let more = u32::try_from(segments.len()).unwrap_or_default();
                    output.section(&DataCountSection { count: count + more });
                }
                Payload::DataSection(own) => {
                    output.section(&data_section(module, own, segments)?);
                }
                Payload::CustomSection(section) => {
                    let custom =
                        wasm_encoder::CustomSection { name: section.name().into(), data: section.data().into() };
                    output.section(&custom);
                }
                other => {
                    if let Some((id, range)) = other.as_section()
                        && let Some(data) = module.get(range)
                    {
                        output.section(&RawSection { id, data });
                    }
                }
            }
        }
        Ok(output.finish())
    }
}

fn data_section(
    module: &[u8],
    own: DataSectionReader<'_>,
    segments: &[(u32, &[u8])],
) -> wasmparser::Result<DataSection> {
    let mut data = DataSection::new();
    for segment in own {
        data.raw(module.get(segment?.range).unwrap_or_default());
    }
    for (address, bytes) in segments {
        data.active(0, &ConstExpr::i32_const(address.cast_signed()), bytes.iter().copied());
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_data_is_in_the_last_pages_and_the_seat_says_so() {
        let module = wat::parse_str(
            r#"(module (memory (export "memory") 2) (global (export "other") i32 (i32.const 7))
                (global (export "BLUEPRINT") i32 (i32.const 1040)) (data (i32.const 1024) "own"))"#,
        )
        .unwrap();
        let joined = with_data(&module, &[7; 70_000]).unwrap();
        wasmparser::validate(&joined).unwrap();
        let layout = layout(&joined);
        assert_eq!(layout.0, 4);
        let [own, seat, data] = <[_; 3]>::try_from(layout.1).unwrap();
        assert_eq!(own, (1024, b"own".to_vec()));
        assert_eq!(seat, (1040, [131_072_u32.to_le_bytes(), 70_000_u32.to_le_bytes()].concat()));
        assert_eq!(data, (131_072, vec![7; 70_000]));
    }

    #[test]
    fn another_module_is_refused() {
        let module = wat::parse_str("(module (memory 1))").unwrap();
        assert!(matches!(with_data(&module, b"x"), Err(AuthoringError::Unfit(_))));
        assert!(matches!(with_data(b"\0asm", b"x"), Err(AuthoringError::NotAModule(_))));
    }

    /// The pages, and the data segments with their addresses.
    fn layout(module: &[u8]) -> (u64, Vec<(i32, Vec<u8>)>) {
        let mut segments = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            let Payload::DataSection(section) = payload.unwrap() else { continue };
            for segment in section {
                let segment = segment.unwrap();
                let wasmparser::DataKind::Active { offset_expr, .. } = segment.kind else { continue };
                let Operator::I32Const { value } = offset_expr.get_operators_reader().read().unwrap() else { continue };
                segments.push((value, segment.data.to_vec()));
            }
        }
        (Plan::read(module).unwrap().pages.unwrap(), segments)
    }
}
