using System.Globalization;
using MediaEngine.Floor;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>The parameters of the floor control line, offered and answered (TS 24.380 14).</summary>
public class FloorNegotiationTests
{
    private const string All = "mc_queueing;mc_priority=7;mc_granted;mc_implicit_request;mc_floor_ssrc=4711;mc_ssrc=4712;mc_future=1";

    [Fact]
    public void The_answer_grants_an_implicit_request_that_nobody_can_come_before()
    {
        McSystemHarness mcx = Begin(new FloorPolicy());
        mcx.Call("alice", TestOrganisation.Fire, floor: All);
        mcx.Answer("bob");

        IReadOnlyDictionary<string, string?> answer = FloorLine(mcx.LateAnswer!);
        Assert.Equal(["mc_queueing", "mc_priority", "mc_granted", "mc_implicit_request", "mc_floor_ssrc"], answer.Keys);
        MediaEffect.AddLeg[] legs = [.. mcx.Media.OfType<MediaEffect.AddLeg>()];
        Assert.Equal([("sip:alice@mcx.example", true, true), ("sip:bob@mcx.example", false, false)],
            legs.Select(leg => (leg.McpttId, leg.ImplicitFloorRequest, leg.Profile.GrantInAnswer)));
        Assert.Equal((legs[0].ServerSsrc, 4711u, 4712u),
            (uint.Parse(answer["mc_floor_ssrc"]!, CultureInfo.InvariantCulture), legs[0].FloorSsrc, legs[0].Profile.AudioSsrc));
    }

    [Fact]
    public void Who_may_only_listen_is_not_granted_the_floor_in_the_answer()
    {
        McSystemHarness mcx = Begin(new FloorPolicy(), receiveOnly: true);
        mcx.Call("alice", TestOrganisation.Fire, floor: All);
        mcx.Answer("bob");
        mcx.Acknowledge();

        Assert.DoesNotContain("mc_granted", FloorLine(mcx.LateAnswer!).Keys);
        Assert.Equal([false, false], mcx.Media.OfType<MediaEffect.AddLeg>().Select(leg => leg.Profile.GrantInAnswer));
    }

    [Fact]
    public void A_member_that_called_at_the_same_time_makes_the_outcome_uncertain()
    {
        McSystemHarness mcx = Begin(new FloorPolicy());
        mcx.Call("alice", TestOrganisation.Fire, floor: All);

        SipResponse joined = mcx.Call("bob", TestOrganisation.Fire, floor: All)!;

        Assert.Equal(["mc_queueing", "mc_priority", "mc_floor_ssrc"], FloorLine(joined).Keys);
        MediaEffect.AddLeg leg = Assert.Single(mcx.Media.OfType<MediaEffect.AddLeg>());
        Assert.Equal(("sip:bob@mcx.example", false), (leg.McpttId, leg.ImplicitFloorRequest));
        Assert.Equal(2, mcx.Ladder.Count(line => line == "server → client: 200 INVITE"));
    }

    [Fact]
    public void With_audio_cut_in_queueing_and_priority_mean_nothing()
    {
        McSystemHarness mcx = Begin(new FloorPolicy { AudioCutIn = true });
        mcx.Call("alice", TestOrganisation.Fire, floor: All);
        Assert.Equal(["mc_floor_ssrc"], FloorLine(mcx.Unanswered.Single().Request).Keys);
        mcx.Answer("bob");

        Assert.Equal(["mc_granted", "mc_implicit_request", "mc_floor_ssrc"], FloorLine(mcx.LateAnswer!).Keys);
        Assert.All(mcx.Media.OfType<MediaEffect.AddLeg>(), leg => Assert.Equal((false, null), (leg.Profile.QueueingNegotiated, leg.Profile.NegotiatedPriority)));
    }

    [Fact]
    public void Without_a_queue_none_is_offered_or_answered()
    {
        McSystemHarness mcx = Begin(new FloorPolicy { Queueing = false });
        mcx.Call("alice", TestOrganisation.Fire);
        Assert.Equal(["mc_priority", "mc_floor_ssrc"], FloorLine(mcx.Unanswered.Single().Request).Keys);
        mcx.Answer("bob");

        Assert.Equal(["mc_priority"], FloorLine(mcx.LateAnswer!).Keys);
    }

    [Fact]
    public void A_member_that_names_its_floor_ssrc_is_bound_to_it_and_another_is_free()
    {
        McSystemHarness mcx = Begin(new FloorPolicy());
        mcx.Call("alice", TestOrganisation.Fire);
        uint offered = uint.Parse(FloorLine(mcx.Unanswered.Single().Request)["mc_floor_ssrc"]!, CultureInfo.InvariantCulture);
        mcx.Answer("bob", floor: "mc_queueing;mc_priority=7;mc_floor_ssrc=99");

        MediaEffect.AddLeg[] legs = [.. mcx.Media.OfType<MediaEffect.AddLeg>()];
        Assert.Equal([0u, 99u], legs.Select(leg => leg.FloorSsrc));
        Assert.Equal(offered, legs[1].ServerSsrc);
    }

    [Fact]
    public void A_member_that_claims_the_servers_own_ssrc_is_hung_up()
    {
        McSystemHarness mcx = Begin(new FloorPolicy());
        mcx.Call("alice", TestOrganisation.Fire);
        string offered = FloorLine(mcx.Unanswered.Single().Request)["mc_floor_ssrc"]!;

        mcx.Answer("bob", floor: $"mc_floor_ssrc={offered}");

        Assert.DoesNotContain(mcx.Media.OfType<MediaEffect.AddLeg>(), leg => leg.McpttId == "sip:bob@mcx.example");
        Assert.Contains("server → bob: BYE", mcx.Ladder);
    }

    private static McSystemHarness Begin(FloorPolicy policy, bool receiveOnly = false)
    {
        Organisation plain = TestOrganisation.Create();
        var mcx = new McSystemHarness(organisation: new Organisation(TestOrganisation.Domain, plain.Users, plain.Groups.Select(group => group with
        {
            FloorPolicy = policy,
            Members = group.Members.ToDictionary(member => member.Key, member => member.Value with { ReceiveOnly = receiveOnly }),
        })));
        foreach (string name in (string[])["alice", "bob"])
        {
            mcx.Register(name);
            mcx.Affiliate(name, TestOrganisation.Fire);
        }
        return mcx;
    }

    private static IReadOnlyDictionary<string, string?> FloorLine(SipMessage message)
    {
        MimePart part = MultipartBody.PartsOf(message).First(part => part.MediaType == ContentTypes.Sdp);
        Assert.True(SessionDescription.TryParse(part.Body, out SessionDescription description, out _));
        return description.FloorControl!.FloorParameters;
    }
}
