using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

public sealed partial class SrtpReceiver
{
    private const int Batch_packets = 64;

    private Verdict _verdict;
    private BatchScratch? _batch;

    /// <summary>
    /// Recovers SRTP packets in place, in order, exactly as <see cref="Unprotect(ReadOnlySpan{byte}, Span{byte}, out int)"/>
    /// one after the other would. With the AES-CM profiles the codes of packets of one length are verified sixteen at a time.
    /// </summary>
    /// <param name="memory">Holds the packets, apart from one another.</param>
    /// <param name="items">Offset and length of each; outcome and plain length are filled in.</param>
    /// <returns>How many are Ok.</returns>
    public int UnprotectBatch(Span<byte> memory, Span<SrtpBatchItem> items)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int ok = 0;
        for (int first = 0; first < items.Length; first += Batch_packets)
        {
            Span<SrtpBatchItem> part = items.Slice(first, Math.Min(Batch_packets, items.Length - first));
            bool verified = !_policy.Profile.IsAead() && _policy.KeyDerivationRate == 0 && part.Length > 1;
            if (verified)
                VerifyTogether(memory, part);
            for (int i = 0; i < part.Length; i++)
            {
                ref SrtpBatchItem item = ref part[i];
                Span<byte> packet = memory.Slice(item.Offset, item.Length);
                item.Outcome = verified
                    ? Unprotect(_batch!.Verdicts[i], packet, out int length)
                    : Unprotect(packet, packet, out length);
                item.PlainLength = length;
                ok += item.Outcome == SrtpOutcome.Ok ? 1 : 0;
            }
        }
        return ok;
    }

    private SrtpOutcome Unprotect(in Verdict verdict, Span<byte> packet, out int length)
    {
        if (verdict.Key is null || !TryReadTail(packet, out RtpFields header, out bool roc, out _))
            return Unprotect(packet, packet, out length);
        _verdict = verdict;
        SrtpOutcome outcome = UnprotectUnder(verdict.Key, header, roc, packet, packet, out length);
        _verdict = default;
        return outcome;
    }

    private void VerifyTogether(ReadOnlySpan<byte> memory, ReadOnlySpan<SrtpBatchItem> items)
    {
        BatchScratch batch = _batch ??= new BatchScratch();
        for (int i = 0; i < items.Length; i++)
            Prepare(memory.Slice(items[i].Offset, items[i].Length), ref batch.Verdicts[i], ref batch.Codes[i]);
        for (int i = 0; i < items.Length; i++)
        {
            int length = batch.Codes[i].Length_bytes;
            if (length == 0)
                continue;
            batch.Lanes.Clear();
            for (int j = i; j < items.Length && !batch.Lanes.IsFull; j++)
            {
                if (batch.Codes[j].Length_bytes != length)
                    continue;
                batch.Members[batch.Lanes.Count] = j;
                var session = (CounterModeSessionCipher)batch.Verdicts[j].Session!;
                batch.Lanes.Add(
                    session.Authentication, items[j].Offset, CounterModeSessionCipher.RolloverCounter(batch.Verdicts[j].Index));
                batch.Codes[j].Length_bytes = 0;
            }
            Decide(memory, items, batch, length);
        }
    }

    private static void Decide(
        ReadOnlySpan<byte> memory, ReadOnlySpan<SrtpBatchItem> items, BatchScratch batch, int length_bytes)
    {
        batch.Lanes.Compute(memory, length_bytes);
        for (int lane = 0; lane < batch.Lanes.Count; lane++)
        {
            int member = batch.Members[lane];
            (int offset, int tagLength) = (batch.Codes[member].Tag, batch.Codes[member].TagLength_bytes);
            ReadOnlySpan<byte> tag = memory.Slice(items[member].Offset + offset, tagLength);
            batch.Verdicts[member] = batch.Verdicts[member] with
            {
                Authentic = CryptographicOperations.FixedTimeEquals(batch.Lanes.Code(lane)[..tagLength], tag),
            };
        }
        batch.Lanes.Clear();
    }

    // What the packet's index will be if no packet before it in the batch changes the estimate; if one does, the verdict
    // concerns another index and is not used.
    private void Prepare(ReadOnlySpan<byte> packet, ref Verdict verdict, ref BatchCode code)
    {
        verdict = default;
        code = default;
        if (!TryReadTail(packet, out RtpFields header, out bool roc, out ReadOnlySpan<byte> mki) ||
            !TryFindKey(mki, out ReceiveKey? key))
            return;
        ref readonly PacketTail layout = ref _tails.Rtp(roc);
        int plainLength = packet.Length - layout.Length_bytes;
        key.RtpStreams.TryGetValue(header.Ssrc, out ReplayWindow? window);
        ulong index = IndexOf(header, roc, packet[plainLength..], window);
        if (CheckIndex(key.RtpStreams.Count, window, index) != SrtpOutcome.Ok)
            return;
        verdict = new Verdict(key, key.Session.Rtp(index), index, Authentic: false);
        code = new BatchCode
        {
            Length_bytes = plainLength,
            Tag = plainLength + layout.Tag,
            TagLength_bytes = layout.TagLength_bytes,
        };
    }

    // What a batch found out about a packet's tag beforehand, for the keys and the index it assumed.
    private readonly record struct Verdict(ReceiveKey? Key, SessionCipher? Session, ulong Index, bool Authentic)
    {
        public bool Concerns(SessionCipher session, ulong index) => Session == session && Index == index;
    }

    private struct BatchCode
    {
        public int Length_bytes;
        public int Tag;
        public int TagLength_bytes;
    }

    private sealed class BatchScratch
    {
        public Verdict[] Verdicts { get; } = new Verdict[Batch_packets];

        public BatchCode[] Codes { get; } = new BatchCode[Batch_packets];

        public int[] Members { get; } = new int[HmacSha1Lanes.Lanes];

        public HmacSha1Lanes Lanes { get; } = new();
    }
}
