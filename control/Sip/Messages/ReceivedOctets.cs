using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaEngine.Sip;

/// <summary>Where the parts of a received message stand in its octets: its head, its body and, behind them, the index of its headers.</summary>
internal readonly record struct ReceivedLayout(int BodyStart, int Body_bytes, int IndexStart, int Headers)
{
    public int Length_bytes => IndexStart + Headers * SipHeaderEntry.Size_bytes;
}

/// <summary>Room for a message's octets within its object, so that reading one allocates nothing else.</summary>
[InlineArray(Length_bytes)]
internal struct Octets1K
{
    public const int Length_bytes = 1024;
    private byte _first;
}

/// <inheritdoc cref="Octets1K"/>
[InlineArray(Length_bytes)]
internal struct Octets2K
{
    public const int Length_bytes = 2048;
    private byte _first;
}

/// <inheritdoc cref="Octets1K"/>
[InlineArray(Length_bytes)]
internal struct Octets4K
{
    public const int Length_bytes = 4096;
    private byte _first;
}

/// <summary>A received request that has its octets within.</summary>
internal sealed class ReceivedRequest<TOctets>(in ReceivedLayout layout, in SipStartLine start) : SipRequest(layout, start)
    where TOctets : struct
{
    private TOctets _octets;

    internal override Span<byte> Octets => MemoryMarshal.AsBytes(new Span<TOctets>(ref _octets));
}

/// <summary>A received response that has its octets within.</summary>
internal sealed class ReceivedResponse<TOctets>(in ReceivedLayout layout, in SipStartLine start) : SipResponse(layout, start)
    where TOctets : struct
{
    private TOctets _octets;

    internal override Span<byte> Octets => MemoryMarshal.AsBytes(new Span<TOctets>(ref _octets));
}

/// <summary>A received request of more octets than are kept within.</summary>
internal sealed class LargeReceivedRequest(in ReceivedLayout layout, in SipStartLine start) : SipRequest(layout, start)
{
    private readonly byte[] _octets = new byte[layout.Length_bytes];

    internal override Span<byte> Octets => _octets;
}

/// <summary>A received response of more octets than are kept within.</summary>
internal sealed class LargeReceivedResponse(in ReceivedLayout layout, in SipStartLine start) : SipResponse(layout, start)
{
    private readonly byte[] _octets = new byte[layout.Length_bytes];

    internal override Span<byte> Octets => _octets;
}
