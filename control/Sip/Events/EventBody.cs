namespace MediaEngine.Sip;

/// <summary>The state of a resource in one document.</summary>
public sealed record EventBody(string ContentType, ReadOnlyMemory<byte> Content);
