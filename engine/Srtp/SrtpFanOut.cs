namespace MediaEngine.Srtp;

/// <summary>
/// Protects one RTP packet under many keys, a sender each. With the AES-CM profiles authentication codes are computed
/// sixteen at a time. One thread; allocates nothing after construction.
/// </summary>
public sealed class SrtpFanOut
{
    private readonly HmacSha1Lanes _lanes = new();
    private readonly (int Offset, int Length_bytes)[] _tags = new (int, int)[HmacSha1Lanes.Lanes];

    /// <summary>
    /// Writes sender i's protected packet to <c>destination[i * stride..]</c>, as <see cref="SrtpSender.Protect(Span{byte}, int, out int)"/>
    /// would. Where a packet is refused its place is left alone.
    /// </summary>
    /// <param name="senders">Each at most once.</param>
    /// <param name="packet">The RTP packet; apart from the destination.</param>
    /// <param name="destination">At least <paramref name="senders"/> times <paramref name="stride_bytes"/> octets.</param>
    /// <param name="stride_bytes">Room for one packet: its length and <see cref="SrtpSender.MaxOverhead_bytes"/>.</param>
    /// <param name="lengths">Receives a length per sender; 0 unless Ok.</param>
    /// <param name="outcomes">Receives an outcome per sender.</param>
    /// <returns>How many are Ok.</returns>
    public int Protect(
        ReadOnlySpan<SrtpSender> senders, ReadOnlySpan<byte> packet, Span<byte> destination, int stride_bytes,
        Span<int> lengths, Span<SrtpOutcome> outcomes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, (long)senders.Length * stride_bytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(lengths.Length, senders.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(outcomes.Length, senders.Length);
        if (packet.Overlaps(destination))
            throw new ArgumentException("The packet must lie apart from the destination.", nameof(packet));
        _lanes.Clear();
        int ok = 0;
        for (int i = 0; i < senders.Length; i++)
        {
            lengths[i] = 0;
            outcomes[i] = senders[i].Claim(packet, stride_bytes, out RtpClaim claim);
            if (outcomes[i] != SrtpOutcome.Ok)
                continue;
            lengths[i] = Seal(senders[i], claim, packet, destination, i * stride_bytes);
            ok++;
            if (_lanes.IsFull)
                WriteTags(destination, packet.Length);
        }
        WriteTags(destination, packet.Length);
        return ok;
    }

    private int Seal(
        SrtpSender sender, in RtpClaim claim, ReadOnlySpan<byte> packet, Span<byte> destination, int offset)
    {
        ref readonly PacketTail tail = ref sender.RtpTail(claim.CarriesRoc);
        Span<byte> place = destination.Slice(offset, packet.Length + tail.Length_bytes);
        int tag = packet.Length + tail.Tag;
        if (claim.Session is CounterModeSessionCipher session)
        {
            packet[..claim.Header_bytes].CopyTo(place);
            session.ApplyKeystream(
                claim.Ssrc, claim.Index, packet[claim.Header_bytes..], place[claim.Header_bytes..packet.Length]);
            _tags[_lanes.Count] = (offset + tag, tail.TagLength_bytes);
            _lanes.Add(session.Authentication, offset, CounterModeSessionCipher.RolloverCounter(claim.Index));
        }
        else
        {
            packet.CopyTo(place);
            claim.Session.SealRtp(
                claim.Ssrc, claim.Index, place[..packet.Length], claim.Header_bytes, place.Slice(tag, tail.TagLength_bytes));
        }
        sender.WriteTail(place[packet.Length..], claim);
        return place.Length;
    }

    private void WriteTags(Span<byte> destination, int length_bytes)
    {
        if (_lanes.Count == 0)
            return;
        _lanes.Compute(destination, length_bytes);
        for (int i = 0; i < _lanes.Count; i++)
        {
            (int offset, int length) = _tags[i];
            _lanes.Code(i)[..length].CopyTo(destination[offset..]);
        }
        _lanes.Clear();
    }
}
