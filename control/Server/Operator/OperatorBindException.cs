namespace MediaEngine.Server;

/// <summary>The operator's socket is not to be had; the message names it, the reason and the way out.</summary>
public sealed class OperatorBindException(string message, Exception? inner = null) : Exception(message, inner);
