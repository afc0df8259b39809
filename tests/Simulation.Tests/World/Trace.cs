using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using MediaEngine.Rtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>Everything that happened, as one number, and the last of it in words.</summary>
internal sealed class Trace
{
    private const ulong Prime = 0x0000_0100_0000_01B3;
    private const int Remembered = 1500;

    private readonly Queue<Entry> _last = new(Remembered);

    public ulong Hash { get; private set; } = 0xCBF2_9CE4_8422_2325;

    public long Count { get; private set; }

    public void Note(Instant now, string what)
    {
        Add(now, MemoryMarshal.AsBytes(what.AsSpan()));
        Remember(new Entry(now, what, null, null, null));
    }

    /// <summary>Counts for the number, not for the words: there are too many of them.</summary>
    public void Heard(Instant now, byte listener, byte talker, uint number)
    {
        Add(now, []);
        Mix((ulong)listener << 48 | (ulong)talker << 32 | number);
    }

    public void Datagram(Instant now, string what, IPEndPoint from, IPEndPoint to, byte[] octets)
    {
        Add(now, octets);
        Mix((ulong)from.Port << 32 | (uint)to.Port);
        Remember(new Entry(now, what, from, to, octets));
    }

    /// <summary>The last entries that are about signalling or floor, oldest first.</summary>
    public string Tail(int lines)
    {
        var text = new StringBuilder();
        foreach (Entry entry in _last.Where(entry => entry.Octets is null || entry.Octets[0] != 0x80 || entry.Octets[1] >= 192).TakeLast(lines))
            text.AppendLine(entry.ToString());
        return text.ToString();
    }

    private void Add(Instant now, ReadOnlySpan<byte> octets)
    {
        Count++;
        Mix((ulong)now.Nanoseconds);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(octets);
        foreach (ulong word in words)
            Mix(word);
        foreach (byte octet in octets[(words.Length * sizeof(ulong))..])
            Mix(octet);
    }

    private void Mix(ulong word)
    {
        ulong mixed = (Hash ^ word) * Prime;
        Hash = mixed ^ mixed >> 29;
    }

    private void Remember(Entry entry)
    {
        if (_last.Count == Remembered)
            _last.Dequeue();
        _last.Enqueue(entry);
    }

    private sealed record Entry(Instant At, string What, IPEndPoint? From, IPEndPoint? To, byte[]? Octets)
    {
        public override string ToString()
        {
            string time = $"{At.Nanoseconds / 1e9,10:f4}";
            if (Octets is null)
                return $"{time} {What}";
            int end = Array.IndexOf(Octets, (byte)'\r');
            string content = Octets[0] >= 0x80 ? $"{Octets.Length} octets" : Encoding.ASCII.GetString(Octets, 0, Math.Clamp(end, 0, 90));
            return $"{time} {From} -> {To} {What} {content}";
        }
    }
}
