// Arrays, shapes, graphs and measured steps, which logs show, are TensorFlow's: who imports
// `TensorBoard` has them.
@_exported public import TensorFlowTypes
