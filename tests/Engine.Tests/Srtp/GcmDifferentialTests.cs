using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Every cipher against the framework's AES-GCM, over every length of payload and associated data that matters.</summary>
public sealed class GcmDifferentialTests
{
    private const int LongestPayload_bytes = 2048;
    private const int LongestAssociatedData_bytes = 64;

    [Theory]
    [MemberData(nameof(Ciphers.KindsAndKeys), MemberType = typeof(Ciphers))]
    public void ACipherAgreesWithTheFrameworkAtEveryLength(SrtpCipherKind kind, int key_bytes)
    {
        using var comparison = new Comparison(kind, key_bytes);
        for (int payload = 0; payload <= LongestPayload_bytes; payload++)
        {
            for (int associatedData = 0; associatedData <= LongestAssociatedData_bytes; associatedData++)
                comparison.Run(payload, associatedData);
        }
        foreach (int payload in (int[])[4064, 4095, 4096, 4112, Comparison.Longest_bytes])
            comparison.Run(payload, 12);
        comparison.Run(0, 1400);
        comparison.Run(77, 300);
        Assert.True(comparison.Forgeries > 10_000);
    }

    private sealed class Comparison : IDisposable
    {
        public const int Longest_bytes = 65535;

        private const int Guard_bytes = 64;
        private const byte Guard = 0xEE;

        // Other content and another alignment each time.
        private const int Shifts = 61;

        // Prime to both dimensions of the grid, so that every length gets forgeries.
        private const int RunsPerForgery = 7;

        private readonly PacketCipher _cipher;
        private readonly AesGcm _oracle;
        private readonly Random _random;
        private readonly byte[] _nonce = new byte[PacketCipher.Nonce_bytes];
        private readonly byte[] _tag = new byte[PacketCipher.Tag_bytes];
        private readonly byte[] _expectedTag = new byte[PacketCipher.Tag_bytes];
        private readonly byte[] _associatedData = new byte[Longest_bytes + Shifts];
        private readonly byte[] _plain = new byte[Longest_bytes + Shifts];
        private readonly byte[] _expected = new byte[Longest_bytes];
        private readonly byte[] _text = new byte[Guard_bytes + Longest_bytes + Guard_bytes];
        private readonly byte[] _apart = new byte[Guard_bytes + Longest_bytes + Guard_bytes];
        private int _runs;

        public Comparison(SrtpCipherKind kind, int key_bytes)
        {
            _random = new Random(key_bytes);
            byte[] key = new byte[key_bytes];
            _random.NextBytes(key);
            _random.NextBytes(_plain);
            _random.NextBytes(_associatedData);
            _cipher = Ciphers.Create(kind, key);
            _oracle = new AesGcm(key, PacketCipher.Tag_bytes);
        }

        public int Forgeries { get; private set; }

        public void Run(int payload_bytes, int associatedData_bytes)
        {
            _runs++;
            BinaryPrimitives.WriteInt32BigEndian(_nonce.AsSpan(_runs % 9), _runs);
            ReadOnlySpan<byte> plain = _plain.AsSpan(_runs % Shifts, payload_bytes);
            ReadOnlySpan<byte> expected = _expected.AsSpan(0, payload_bytes);
            Span<byte> associatedData = _associatedData.AsSpan(_runs % Shifts, associatedData_bytes);
            _oracle.Encrypt(_nonce, plain, _expected.AsSpan(0, payload_bytes), _expectedTag, associatedData);

            Span<byte> text = Place(_text, plain);
            _cipher.Seal(_nonce, associatedData, text, _tag);
            bool holds = Holds(_text, expected) && _tag.AsSpan().SequenceEqual(_expectedTag);

            Span<byte> apart = Place(_apart, plain);
            apart.Clear();
            holds &= _cipher.Open(_nonce, associatedData, text, _tag, apart) && Holds(_apart, plain) && Holds(_text, expected);
            holds &= _cipher.Open(_nonce, associatedData, text, _tag, text) && Holds(_text, plain);
            if (_runs % RunsPerForgery == 0)
                holds &= RefusesAForgery(expected, associatedData);
            if (!holds)
                Assert.Fail($"payload {payload_bytes}, associated data {associatedData_bytes}");
        }

        public void Dispose()
        {
            _cipher.Dispose();
            _oracle.Dispose();
        }

        // One bit of nonce, associated data, ciphertext or tag; each as likely, however short.
        private bool RefusesAForgery(ReadOnlySpan<byte> ciphertext, Span<byte> associatedData)
        {
            Span<byte> text = Place(_text, ciphertext);
            Span<byte> victim = _random.Next(4) switch
            {
                0 => text,
                1 => associatedData,
                2 => _nonce,
                _ => _tag,
            };
            if (victim.IsEmpty)
                victim = _tag;
            int bit = _random.Next(8 * victim.Length);
            Span<byte> apart = Place(_apart, ciphertext);
            victim[bit / 8] ^= (byte)(1 << bit % 8);
            bool refused =
                !_cipher.Open(_nonce, associatedData, text, _tag, apart) && IsWiped(_apart, text.Length) &&
                !_cipher.Open(_nonce, associatedData, text, _tag, text) && IsWiped(_text, text.Length);
            Forgeries++;
            return refused;
        }

        // Guards on both sides show any octet written beyond the text.
        private static Span<byte> Place(byte[] memory, ReadOnlySpan<byte> content)
        {
            memory.AsSpan(0, Guard_bytes).Fill(Guard);
            memory.AsSpan(Guard_bytes + content.Length, Guard_bytes).Fill(Guard);
            Span<byte> place = memory.AsSpan(Guard_bytes, content.Length);
            content.CopyTo(place);
            return place;
        }

        private static bool Holds(byte[] memory, ReadOnlySpan<byte> content) =>
            GuardsHold(memory, content.Length) && content.SequenceEqual(memory.AsSpan(Guard_bytes, content.Length));

        private static bool IsWiped(byte[] memory, int length) =>
            GuardsHold(memory, length) && !memory.AsSpan(Guard_bytes, length).ContainsAnyExcept((byte)0);

        private static bool GuardsHold(byte[] memory, int length) =>
            !memory.AsSpan(0, Guard_bytes).ContainsAnyExcept(Guard) &&
            !memory.AsSpan(Guard_bytes + length, Guard_bytes).ContainsAnyExcept(Guard);
    }
}
