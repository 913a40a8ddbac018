// tanh, its first two derivatives, and the graph that computes the first.
import { compile, constant, evaluate, formatTensor, gradient, graph } from "@unroll/core";
import { input, print, sum, tanh, tensor, type Value } from "@unroll/core";

// Values are symbols. Those that need no input can be computed at once.
console.log(`tanh 1  ${formatTensor(evaluate(tanh(constant(tensor(1)))))}`);

// A gradient is more graph, so it has a gradient of its own. Every y depends on its own x alone: the sum mixes nothing.
function slope(f: (x: Value) => Value): (x: Value) => Value {
  return (x) => gradient(sum(f(x)), x);
}

// compile turns a function on values into one on tensors.
const curves = compile((x: Value) => ({ y: tanh(x), dy: slope(tanh)(x), ddy: slope(slope(tanh))(x) }));
const { y, dy, ddy } = curves(tensor([-2, -1, 0, 1, 2]));
console.log(`tanh    ${formatTensor(y)}\ntanh'   ${formatTensor(dy)}\ntanh''  ${formatTensor(ddy)}`);

// A graph is closed by naming its ends. The lines marked "backward" were made by gradient.
const x = input({ dtype: "f32", shape: [5] }, "x");
console.log(print(graph([x], [slope(tanh)(x)])));
