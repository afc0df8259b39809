using System.Text;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class SipFramerTests
{
    private static readonly byte[] Message = SipText.Bytes(SipText.Minimal("MESSAGE", "Content-Type: text/plain\nContent-Length: 5\n\nhello"));

    [Fact]
    public void A_message_needs_all_its_octets_wherever_it_is_split()
    {
        for (int split = 1; split < Message.Length; split++)
        {
            Assert.Equal(SipFrameOutcome.NeedMore, SipFramer.TryFrame(Message.AsSpan(0, split), SipLimits.Default, out int none));
            Assert.Equal(0, none);
        }
        Assert.Equal(SipFrameOutcome.Message, SipFramer.TryFrame(Message, SipLimits.Default, out int length));
        Assert.Equal(Message.Length, length);
    }

    [Fact]
    public void Several_messages_and_keep_alives_in_one_segment_come_out_in_order()
    {
        byte[] segment = [.. "\r\n\r\n"u8, .. Message, .. "\r\n"u8, .. Message, .. Message, .. "\r\n\r\n"u8];
        var found = new List<SipFrameOutcome>();
        int at = 0;
        while (at < segment.Length)
        {
            SipFrameOutcome outcome = SipFramer.TryFrame(segment.AsSpan(at), SipLimits.Default, out int length);
            Assert.True(length > 0);
            found.Add(outcome);
            at += length;
        }
        Assert.Equal([SipFrameOutcome.Ping, SipFrameOutcome.Message, SipFrameOutcome.Pong, SipFrameOutcome.Message, SipFrameOutcome.Message,
            SipFrameOutcome.Ping], found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Length: -1\n")]
    [InlineData("Content-Length: 1\nContent-Length: 1\n")]
    [InlineData("Content-Length: 1\nl: 2\n")]
    [InlineData("Content-Length: 1 2\n")]
    [InlineData("Content-Length:\n 1\n")]
    [InlineData("Content-Length: 1\n 0\n")]
    [InlineData("Content-Length: 99999999999\n")]
    [InlineData("Content-Length: \n")]
    [InlineData("Content-Length: 1, 1\n")]
    public void A_length_that_is_missing_repeated_or_malformed_breaks_the_stream(string header) => Assert.Equal(SipFrameOutcome.Broken,
        SipFramer.TryFrame(SipText.Bytes(SipText.Minimal("MESSAGE", header + "\nhello hello hello")), SipLimits.Default, out _));

    [Fact]
    public void White_space_before_the_colon_does_not_hide_a_second_length() => Assert.Equal(SipFrameOutcome.Broken,
        SipFramer.TryFrame(SipText.Bytes(SipText.Minimal("MESSAGE", "Content-Length : 1\nContent-Length: 2\n\nhello")), SipLimits.Default, out _));

    [Fact]
    public void Claims_beyond_the_limits_are_refused_before_the_octets_come()
    {
        Assert.Equal(SipFrameOutcome.TooLarge,
            SipFramer.TryFrame(SipText.Bytes(SipText.Minimal("MESSAGE", "Content-Length: 2000000\n\n")), SipLimits.Default, out _));
        byte[] endless = Encoding.ASCII.GetBytes("OPTIONS sip:a@example.org SIP/2.0\r\nX: " + new string('a', 40000));
        Assert.Equal(SipFrameOutcome.TooLarge, SipFramer.TryFrame(endless, SipLimits.Default, out _));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002")]
    [InlineData("\nOPTIONS")]
    public void Another_protocol_is_noticed_at_once(string start) =>
        Assert.Equal(SipFrameOutcome.Broken, SipFramer.TryFrame(Encoding.ASCII.GetBytes(start), SipLimits.Default, out _));
}
