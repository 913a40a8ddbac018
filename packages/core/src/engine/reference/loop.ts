import { InternalError } from "../../tensor/error.ts";
import { emitCopy } from "../../ir/emit.ts";
import type { Origin } from "../../ir/program.ts";
import { rowView, type LoopId, type View } from "../../ir/view.ts";
import type { LoopRequest, Node, Value } from "../../graph/node.ts";
import { lowerNodes, placeOf, type Block } from "./plan.ts";
