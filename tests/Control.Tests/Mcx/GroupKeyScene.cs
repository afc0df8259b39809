using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>An organisation whose groups' keys are the GMS's.</summary>
public abstract class GroupKeyScene
{
    protected const string Fire = TestOrganisation.Fire;

    protected static TimeSpan Lead { get; } = new KeyOptions().Lead;

    protected static TimeSpan Overlap { get; } = new KeyOptions().Overlap;

    private protected McSystemHarness Harness { get; } = new(organisation: Managed());

    protected static Organisation Managed() => TestOrganisation.CreateManaged();

    private protected GroupKey[] Stored(string group) =>
        [.. Harness.Stored.OfType<GroupKey>().Where(key => key.Group == group).OrderBy(key => key.ActivatesAt)];

    private protected SipResponse Rotate(string name = "dispatcher") => Harness.Rotate(name, new KeyRotationBody(Fire).Serialise());
}
