using System.Text;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>A group's key is replaced, in calls too, by who may ask for it (TS 33.180 5.7).</summary>
public class GroupKeyRotationTests : GroupKeyScene
{
    [Fact]
    public void A_rotation_makes_a_key_that_activates_after_the_lead_and_ends_the_old_one_an_overlap_later()
    {
        Harness.Register("dispatcher");
        Harness.Register("erin");
        Harness.TakeKeys();
        GroupKey before = Stored(Fire).Single();
        Harness.Now += TimeSpan.FromMilliseconds(300);

        Assert.Equal(200, Rotate().Status);

        DateTimeOffset activation = McSystemHarness.WallClockAtZero + TimeSpan.FromSeconds(2) + Lead;
        GroupKey[] keys = Stored(Fire);
        Assert.Equal([(before.Id, before.ActivatesAt, activation + Overlap), (keys[1].Id, activation, (DateTimeOffset?)null)],
            keys.Select(key => (key.Id, key.ActivatesAt, key.ExpiresAt)));
        Assert.NotEqual(Convert.ToHexString(before.Key), Convert.ToHexString(keys[1].Key));
        Assert.NotEqual(Convert.ToHexString(before.Rand), Convert.ToHexString(keys[1].Rand));
        Harness.Made.Clear();
        Harness.TakeKeys();
        // The new key first: it is needed at the activation; then when the old one ends.
        Assert.Equal([(keys[1].Id, activation, null), (before.Id, before.ActivatesAt, (DateTimeOffset?)(activation + Overlap))],
            Harness.Made.Select(made => (made.Key.Id.ToString(), made.Key.Validity.Activation!.Value, made.Key.Validity.Expiry)));
    }

    [Fact]
    public void After_the_overlap_the_old_key_is_gone_everywhere()
    {
        Harness.Register("dispatcher");
        Harness.Register("erin");
        Harness.TakeKeys();
        string before = Stored(Fire).Single().Id;
        Rotate();
        Harness.TakeKeys();

        Harness.Wait(Lead + Overlap - TimeSpan.FromSeconds(1));
        Assert.Equal(2, Stored(Fire).Length);
        Harness.Wait(TimeSpan.FromSeconds(3));

        Assert.NotEqual(before, Assert.Single(Stored(Fire)).Id);
        Assert.DoesNotContain(Harness.Stored.OfType<GroupKeyReceipt>(), receipt => receipt.Id.StartsWith(before, StringComparison.Ordinal));
        Assert.Equal(["group-key-activated", "group-key-retired"], Harness.Events.Select(happened => happened.Name).Where(name => name is "group-key-activated" or "group-key-retired"));
    }

    [Fact]
    public void Asking_again_within_the_lead_does_nothing()
    {
        Harness.Register("dispatcher");
        Harness.Register("erin");
        Rotate();
        string[] keys = [.. Stored(Fire).Select(key => key.Id)];

        Assert.Equal(200, Rotate().Status);

        Assert.Equal(keys, Stored(Fire).Select(key => key.Id));
        Harness.Wait(Lead + TimeSpan.FromSeconds(1));
        Assert.Equal(200, Rotate().Status);
        Assert.Equal(3, Stored(Fire).Length);
    }

    [Fact]
    public void At_most_three_keys_of_a_group_are_held()
    {
        Harness.Register("dispatcher");
        Harness.Register("erin");
        for (int i = 0; i < 5; i++)
        {
            Rotate();
            Harness.Wait(Lead + TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, Stored(Fire).Length);
    }

    [Fact]
    public void A_rotation_before_the_first_need_makes_the_first_key()
    {
        Harness.Register("dispatcher");

        Assert.Equal(200, Rotate().Status);

        Assert.True(Assert.Single(Stored(Fire)).ActivatesAt < McSystemHarness.WallClockAtZero);
    }

    [Fact]
    public void A_running_call_takes_the_new_key_at_once_and_loses_the_old_one_after_the_overlap()
    {
        Call(Fire, "alice", "bob");
        uint before = Harness.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey.Id.Value;
        ulong call = Harness.Media[0].Call;
        Harness.Media.Clear();

        Rotate();
        Assert.Equal((call, Stored(Fire)[1].KeyId), Harness.Media.OfType<MediaEffect.InstallGroupKey>().Select(install => (install.Call, install.MediaKey.Id.Value)).Single());
        Harness.Wait(Lead + Overlap - TimeSpan.FromSeconds(1));
        Assert.Empty(Harness.Media.OfType<MediaEffect.RetireGroupKey>());
        Harness.Wait(TimeSpan.FromSeconds(3));

        Assert.Equal((call, before), Harness.Media.OfType<MediaEffect.RetireGroupKey>().Select(retire => (retire.Call, retire.GmkId.Value)).Single());
    }

    [Fact]
    public void A_regroup_call_takes_the_new_key_of_the_preconfigured_group()
    {
        foreach (string name in (string[])["alice", "bob", "carol", "dispatcher"])
            Harness.Upload(name, []);
        OpenUploads();
        Harness.TakeKeys();
        Harness.Affiliate("alice", Fire);
        Harness.Affiliate("carol", TestOrganisation.Ambulance);
        const string regroup = "sip:regroup-7@mcx.example";
        Assert.Equal(200, Harness.Regroup("dispatcher", new RegroupBody
        {
            Action = RegroupAction.Create,
            PreconfiguredGroup = TestOrganisation.Preconfigured,
            RegroupUri = regroup,
            Groups = [Fire, TestOrganisation.Ambulance],
        }).Status);
        Assert.Null(Harness.Call("alice", regroup));
        Harness.Answer("carol");
        Assert.Equal(Stored(TestOrganisation.Preconfigured).Single().KeyId, Harness.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey.Id.Value);

        Harness.Rotate("dispatcher", new KeyRotationBody(TestOrganisation.Preconfigured).Serialise());

        Assert.Equal(Stored(TestOrganisation.Preconfigured)[1].KeyId, Harness.Media.OfType<MediaEffect.InstallGroupKey>().Single().MediaKey.Id.Value);
    }

    [Fact]
    public void A_call_that_starts_within_the_lead_has_the_key_in_force_and_the_one_to_come()
    {
        Harness.Register("dispatcher");
        Harness.Register("erin");
        Rotate();
        GroupKey[] keys = Stored(Fire);

        Call(Fire, "alice", "bob");

        Assert.Equal(keys[0].KeyId, Harness.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey.Id.Value);
        Assert.Equal(keys[1].KeyId, Harness.Media.OfType<MediaEffect.InstallGroupKey>().Single().MediaKey.Id.Value);
    }

    [Fact]
    public void A_call_that_starts_within_the_overlap_has_the_new_key_first()
    {
        Harness.Register("dispatcher");
        Harness.Register("erin");
        Rotate();
        GroupKey[] keys = Stored(Fire);
        Harness.Wait(Lead + TimeSpan.FromSeconds(1));

        Call(Fire, "alice", "bob");

        Assert.Equal(keys[1].KeyId, Harness.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey.Id.Value);
        Assert.Equal(keys[0].KeyId, Harness.Media.OfType<MediaEffect.InstallGroupKey>().Single().MediaKey.Id.Value);
    }

    [Fact]
    public void A_key_retired_in_a_batch_stays_readable_for_the_batchs_own_effects()
    {
        Call(Fire, "alice", "bob");
        GroupMasterKey key = Harness.Media.OfType<MediaEffect.OpenCall>().Single().MediaKey;
        Rotate();
        Harness.Now += Lead + Overlap + TimeSpan.FromSeconds(2);
        byte[] octets = new byte[16];
        Harness.Run((system, effects) =>
        {
            system.Expire(Harness.Now, effects);
            Assert.Single(effects.Media.OfType<MediaEffect.RetireGroupKey>());
            key.CopyKeyTo(octets);
        });
        Assert.Contains(octets, octet => octet != 0);

        // Two batches later nothing names it any more, and it is zeroed.
        Harness.Run((system, effects) => system.Expire(Harness.Now, effects));
        Harness.Run((system, effects) => system.Expire(Harness.Now, effects));
        Assert.Throws<ObjectDisposedException>(() => key.CopyKeyTo(octets));
    }

    [Fact]
    public void Only_who_may_manage_keys_can_ask_for_a_rotation()
    {
        Harness.Register("alice");

        SipResponse refusal = Rotate("alice");

        Assert.Equal((403, 101), (refusal.Status, McSystemHarness.WarningOf(refusal)));
        Assert.Single(Stored(Fire));
    }

    [Fact]
    public void A_rotation_of_a_group_that_does_not_exist_is_refused()
    {
        Harness.Register("dispatcher");

        SipResponse refusal = Harness.Rotate("dispatcher", new KeyRotationBody("sip:nobody@mcx.example").Serialise());

        Assert.Equal((404, 113), (refusal.Status, McSystemHarness.WarningOf(refusal)));
    }

    [Fact]
    public void A_rotation_of_a_configured_key_is_refused()
    {
        Harness.Register("dispatcher");

        SipResponse refusal = Harness.Rotate("dispatcher", new KeyRotationBody(TestOrganisation.Ambulance).Serialise());

        Assert.Equal(403, refusal.Status);
        Assert.Equal("the GMK of this group is configured, not managed", SipWarning.AllOf(refusal).Single().Text);
    }

    [Theory]
    [InlineData("not xml")]
    [InlineData("<key-rotation group=\"sip:fire-1@mcx.example\"/>")]
    [InlineData("<rotate xmlns=\"urn:mediaengine:key-rotation:1\" group=\"sip:fire-1@mcx.example\"/>")]
    [InlineData("<key-rotation xmlns=\"urn:mediaengine:key-rotation:1\"/>")]
    [InlineData("<key-rotation xmlns=\"urn:mediaengine:key-rotation:1\" group=\"fire-1\"/>")]
    [InlineData("<!DOCTYPE a><key-rotation xmlns=\"urn:mediaengine:key-rotation:1\" group=\"sip:fire-1@mcx.example\"/>")]
    public void A_rotation_request_that_cannot_be_read_gets_400(string body)
    {
        Harness.Register("dispatcher");

        Assert.Equal(400, Harness.Rotate("dispatcher", Encoding.UTF8.GetBytes(body)).Status);
    }

    [Fact]
    public void The_rotation_body_is_as_documented()
    {
        Assert.Equal(
            """<?xml version="1.0" encoding="UTF-8"?><key-rotation group="sip:fire-1@mcx.example" xmlns="urn:mediaengine:key-rotation:1" />""",
            Encoding.UTF8.GetString(new KeyRotationBody(Fire).Serialise()));
    }

    private void Call(string group, params string[] names)
    {
        foreach (string name in names.Append("dispatcher"))
            Harness.Upload(name, []);
        OpenUploads();
        Harness.TakeKeys();
        foreach (string name in names)
            Harness.Affiliate(name, group);
        Assert.Null(Harness.Call(names[0], group));
        Harness.Answer(names[1]);
        Assert.Equal(200, Harness.LateAnswer!.Status);
    }

    private void OpenUploads()
    {
        foreach (KeyEffect.OpenKeyUpload upload in Harness.KeyWork.ToArray().OfType<KeyEffect.OpenKeyUpload>())
        {
            McxKey csk = McxKey.Create(KeyPurpose.ClientServerKey, new SeededEntropy((int)upload.Ticket));
            Harness.Run((system, effects) => system.KeyUploadOpened(upload.Ticket, MikeyError.None, csk, Harness.Now, effects));
        }
        KeyEffect[] rest = [.. Harness.KeyWork.Where(work => work is not KeyEffect.OpenKeyUpload)];
        Harness.KeyWork.Clear();
        foreach (KeyEffect work in rest)
            Harness.KeyWork.Enqueue(work);
    }
}
