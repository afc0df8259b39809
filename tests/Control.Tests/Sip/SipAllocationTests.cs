using System.Runtime.CompilerServices;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>A parse allocates the message, a write one array; strings come when asked for.</summary>
public sealed class SipAllocationTests
{
    private const int Array_bytes = 24;

    [Theory]
    [InlineData(13, 0)]
    [InlineData(40, 0)]
    [InlineData(20, 2000)]
    public void A_parse_allocates_the_message_alone_with_its_octets_within(int headers, int body_bytes)
    {
        byte[] octets = Register(headers - 7, body_bytes);
        object message = Parse(octets)!;

        Assert.Equal(Allocated(() => RuntimeHelpers.GetUninitializedObject(message.GetType())), Allocated(() => Parse(octets)));
        Assert.True(Allocated(() => Parse(octets)) > octets.Length);
    }

    [Fact]
    public void A_parse_of_a_large_message_allocates_an_array_for_its_octets()
    {
        const int headers = 20;
        byte[] octets = Register(headers - 7, body_bytes: 10_000);
        object message = Parse(octets)!;
        long message_bytes = Allocated(() => RuntimeHelpers.GetUninitializedObject(message.GetType()));

        Assert.Equal(message_bytes + Aligned(Array_bytes + Aligned(octets.Length, 4) + headers * 16), Allocated(() => Parse(octets)));
    }

    [Fact]
    public void A_body_is_copied_once()
    {
        SipMessage message = Parse(Register(5, body_bytes: 30))!;
        Assert.Equal(30, message.Body.Length);
        Assert.Equal(0, Allocated(() => message.Body.Length == 30 ? message : null));
    }

    [Fact]
    public void A_write_allocates_what_it_returns()
    {
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(Register(5), SipLimits.Default, out SipMessage? message));
        int length = message!.ToBytes().Length;
        Assert.Equal(Aligned(Array_bytes + length), Allocated(() => message.ToBytes()));
    }

    [Fact]
    public void A_refused_message_that_cannot_be_answered_allocates_nothing()
    {
        byte[] octets = SipText.Bytes("OPTIONS sip:a@example.org SIP/2.0\nCSeq: x\n\n");
        Assert.Equal(0, Allocated(() => Parse(octets)));
    }

    [Fact]
    public void A_string_is_made_once()
    {
        SipParser.TryParse(Register(5), SipLimits.Default, out SipMessage? message);
        Assert.Same(message!.Headers.Get("Call-ID"), message.Headers.Get("i"));
        Assert.Same(message.From, message.From);
        Assert.Equal(0, Allocated(() => message.Headers.Get("Max-Forwards")));
    }

    private static byte[] Register(int extra, int body_bytes = 0) => SipText.Bytes(SipText.Minimal("REGISTER",
        string.Concat(Enumerable.Range(0, extra).Select(i => $"X-Extra-{i}: some value\n")) + $"Content-Length: {body_bytes}\n\n" +
        new string('x', body_bytes)));

    private static SipMessage? Parse(byte[] octets)
    {
        SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message);
        return message;
    }

    private static int Aligned(int bytes, int to = 8) => (bytes + to - 1) / to * to;

    private static long Allocated(Func<object?> action)
    {
        const int rounds = 100;
        for (int i = 0; i < 200; i++)
            action();
        return Allocation.Least_bytes(() =>
        {
            for (int i = 0; i < rounds; i++)
                action();
        }) / rounds;
    }
}
