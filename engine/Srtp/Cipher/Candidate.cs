namespace MediaEngine.Srtp;

/// <summary>A cipher the process may use if it passes the self-test.</summary>
internal sealed record Candidate(SrtpCipherKind Kind, bool IsSupported, Candidate.Factory Create)
{
    public delegate PacketCipher Factory(ReadOnlySpan<byte> key);
}
