namespace MediaEngine.Server;

/// <summary>The address of the KMS is not to be had; the message names it and the reason.</summary>
public sealed class KmsBindException(string message, Exception inner) : Exception(message, inner);
